/** One measurement in a process of its own: `node --expose-gc dist/measure.js <workload> <subject> [<amounts as JSON>]`. Also the way to profile one. */
import { subjectNamed } from './subjects.js'
import type { Amounts } from './workload.js'
import { workloadNamed } from './workloads.js'

const [name = '', subjectName = '', given] = process.argv.slice(2)
const workload = workloadNamed(name)
const subject = subjectNamed(subjectName)
const amounts = given === undefined ? workload.full : (JSON.parse(given) as Amounts)

const figures = await workload.measure(await subject.load(), { subject, amounts })
if (process.send === undefined) console.log(figures)
else process.send(figures, () => process.exit(0))
