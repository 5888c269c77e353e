/** All kinds of faults. Each is on in half of the seeds. */
import { drift, farClock, jump, skew, stand } from './clock-faults.js'
import type { FaultKind } from './fault.js'
import { crash, powerCut, restart, rollback, sleep, storeFailure, storeStall, twice, wipe } from './machine-faults.js'
import { blackHole, delay, dial, partition, pieces, repeat, reset, slowReader } from './network-faults.js'

export const faultKinds: readonly FaultKind[] = [
  delay,
  pieces,
  repeat,
  dial,
  reset,
  blackHole,
  partition,
  slowReader,
  crash,
  powerCut,
  restart,
  rollback,
  wipe,
  storeFailure,
  storeStall,
  twice,
  sleep,
  skew,
  drift,
  jump,
  stand,
  farClock,
]
