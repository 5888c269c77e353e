/** The same code on smaller data, before the clock runs: at most two seconds, and no more than the work itself. */
import type { Amounts } from './workload.js'
import { withRecords } from './workload.js'

const mostMs = 2000
const fewestRecords = 50

/** Does the work with growing amounts, up to half of the work itself, and again with that, as long as the next one fits. */
export async function warmUp(amounts: Amounts, work: (amounts: Amounts) => Promise<unknown>): Promise<void> {
  const mostRecords = Math.floor(amounts.records / 2)
  if (mostRecords < fewestRecords) return
  const began = performance.now()
  let records = fewestRecords
  do {
    await work(withRecords(amounts, records))
    records = Math.min(records * 2, mostRecords)
    // The next has twice the records at most, and costs as much as all before it: twice that where it is not linear.
  } while ((performance.now() - began) * 3 < mostMs)
}
