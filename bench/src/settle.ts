/** What measuring needs of the process: turns of the event loop, rubbish collected, memory counted. */

/** In-process loops let the event loop turn after so many changes. */
export const changesPerTurn = 1024

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Collects what can be collected. Finalizers run between the rounds, and what they let go is collected by the next. */
export async function collect(): Promise<void> {
  if (globalThis.gc === undefined)
    throw new Error('Run node with --expose-gc: what lies about from before would be counted.')
  for (let round = 0; round < 3; round++) {
    globalThis.gc()
    await turn()
  }
}

export interface Memory {
  /** Heap and external memory. */
  readonly heapBytes: number
  readonly rssBytes: number
}

export async function memoryNow(): Promise<Memory> {
  await collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapBytes: heapUsed + external, rssBytes: rss }
}

/** Lets the event loop turn, and goes on when there is room in the channel: what is queued without bound may be merged. */
export async function turnWithRoom(channel: { readonly queuedBytes: number }): Promise<void> {
  do await turn()
  while (channel.queuedBytes > roomBytes)
}

const roomBytes = 256 * 1024
