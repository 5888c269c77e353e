/** Check viii: every queue stays within its bound, a connection that asked for a pause gets it, and nothing piles up that is not in use. */
import type { Machine } from '../world/machine.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'

/** Beside what fills a queue up to its bound: marks, acknowledgements and the like, which are sent whatever it holds. */
const slackBytes = 8 * 1024

/** Sessions that may be open for one pair of machines: each may dial, and an older one may not know of its end yet. */
const sessionsAPair = 4

/** Timers of one session and of one link; a class has one, for its instances. */
const timersEach = 4

export class BoundsCheck implements Check {
  readonly name = 'bounds'
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  sweep({ ready }: Machine): void {
    if (ready === undefined) return
    const { syncro, timers, host } = ready
    const { maxQueuedBytes, chunkBytes } = syncro.limits
    const most = maxQueuedBytes + Math.max(chunkBytes * 2, this.#world.workload.largestBatchBytes) + slackBytes
    for (const { queuedBytes } of syncro.sessions) {
      if (queuedBytes > maxQueuedBytes) this.#world.count('queue over its bound')
      if (queuedBytes > most) throw new CheckFailed(this.name, `${ready} has ${queuedBytes} bytes queued, over ${most}`)
    }
    for (const end of host.ends)
      if (end.isOverrun && !end.isClosing)
        throw new CheckFailed(this.name, `${ready} wrote to a connection that had asked for a pause`)
    const mostSessions = (this.#world.machines.length - 1) * sessionsAPair
    if (syncro.sessions.length > mostSessions)
      throw new CheckFailed(this.name, `${ready} has ${syncro.sessions.length} sessions, over ${mostSessions}`)
    const { models } = ready.program
    const mostTimers = (syncro.sessions.length + ready.machine.plan.dials.length + 1) * timersEach + models.length
    if (timers.waiting > mostTimers)
      throw new CheckFailed(this.name, `${ready} has ${timers.waiting} timers, over ${mostTimers}`)
  }
}
