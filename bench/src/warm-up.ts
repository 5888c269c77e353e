/** The same code on smaller data, before the clock runs: at most two seconds, and no more than the work itself. */
import type { Amounts } from './workload.js'
import { withRecords } from './workload.js'

const mostMs = 2000
const fewestRecords = 50

/** Does the work with growing amounts, as long as the next one fits. */
export async function warmUp(amounts: Amounts, work: (amounts: Amounts) => Promise<unknown>): Promise<void> {
  const began = performance.now()
  for (let records = fewestRecords; records <= amounts.records / 2; records *= 2) {
    await work(withRecords(amounts, records))
    // The next has twice the records, and costs as much as all before it: twice that where it is not linear.
    if ((performance.now() - began) * 3 > mostMs) return
  }
}
