/** Waiting for what a client is told, without looking at a clock. */
import type { Syncro } from '@syncro/core'

/** Resolves when something is so, which it is looked for whenever a client is told of anything. */
export function when(syncro: Syncro, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return
      for (const off of stop) off()
      resolve()
    }
    const stop = [syncro.on('changed', look), syncro.scriber.on('step', () => queueMicrotask(look))]
    look()
  })
}
