/** What measuring needs of the process: turns of the event loop, rubbish collected, memory counted. */
import type { Replica } from './subject.js'

/** In-process loops let the event loop turn after so many changes. */
export const changesPerTurn = 1024

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Collects rubbish, so that what lies about from before is not collected while the clock runs. */
export function collect(): void {
  if (globalThis.gc === undefined) throw new Error('Run node with --expose-gc: rubbish from before would be counted.')
  globalThis.gc()
}

export interface Memory {
  /** Heap and external memory. */
  readonly heapBytes: number
  readonly rssBytes: number
}

/** Finalizers run between the rounds of collecting, and what they let go is collected by the next. */
export async function memoryNow(): Promise<Memory> {
  for (let round = 0; round < 3; round++) {
    collect()
    await turn()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapBytes: heapUsed + external, rssBytes: rss }
}

/** Lets the event loop turn, and goes on when there is room in the channel: what is queued without bound may be merged. */
export async function turnWithRoom(channel: { readonly queuedBytes: number }): Promise<void> {
  do await turn()
  while (channel.queuedBytes > roomBytes)
}

const roomBytes = 256 * 1024

/** Reads every field. @throws Error where there is nothing: the sum is there so that no reading can be left out. */
export function readAll(replica: Replica): void {
  let sum = 0
  replica.each(({ id, title, done, priority, updatedAt }) => {
    sum += id.length + title.length + (done ? 1 : 0) + priority + (updatedAt % 7)
  })
  if (!(sum > 0)) throw new Error('Nothing was read.')
}
