/** Every subject does every work that it is asked for, on a handful of records: `node --expose-gc dist/smoke-process.js` prints a line for each. */
import { jobsOfWork } from './jobs.js'
import { subjects } from './subjects.js'
import { withRecords } from './workload.js'
import { workloads } from './workloads.js'

const records = 20

for (const workload of workloads)
  for (const { subject, amounts } of jobsOfWork(workload, subjects, withRecords(workload.full, records))) {
    const figures = await workload.measure(await subject.load(), { subject, amounts })
    console.log(JSON.stringify({ work: workload.name, subject: subject.name, figures }))
  }
process.exit(0)
