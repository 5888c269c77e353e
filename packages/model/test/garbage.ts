/** The garbage collector, called by hand. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * Lets the collector and its callbacks run, a bounded number of times. What a weak reference has given out is kept until the job ends: so
 * collecting has a job of its own.
 */
export async function collectUntil(done: () => boolean, turns = 20): Promise<void> {
  for (let turn = 0; turn < turns && !done(); turn++) {
    await nextJob()
    collect()
    await nextJob()
  }
}

function nextJob(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
