/** Every workload, in the order of the table. */
import { catchUp } from './catch-up.js'
import { createLocal } from './create-local.js'
import { memory } from './memory.js'
import { updateStreamTcp } from './update-stream-tcp.js'
import type { Workload } from './workload.js'

export const workloads: readonly Workload[] = [createLocal, updateStreamTcp, catchUp, memory]

export function workloadNamed(name: string): Workload | undefined {
  return workloads.find((one) => one.name === name)
}
