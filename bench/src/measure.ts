/** One measurement in a process of its own: `node --expose-gc dist/measure.js <workload> <subject> <full|quick>`. Also the way to profile one. */
import { subjectNamed } from './subjects.js'
import type { Size } from './workload.js'
import { workloadNamed } from './workloads.js'

const [name = '', subject = '', size = 'full'] = process.argv.slice(2)
const workload = workloadNamed(name)
if (workload === undefined) throw new Error(`There is no workload ${JSON.stringify(name)}.`)

const figures = await workload.measure(subjectNamed(subject), size as Size)
if (process.send === undefined) console.log(figures)
else process.send(figures, () => process.exit(0))
