/** The process that starts: `node dist/cold-start-process.js <subject> <file> <id>`. Of the libraries it imports the one, while the clock runs. */
import { digestOfReplica } from './digest.js'
import { subjectNamed } from './subjects.js'
import type { ColdStart } from './workloads/cold-start.js'

const [name = '', path = '', id = ''] = process.argv.slice(2)
const subject = subjectNamed(name)

const began = performance.now()
const library = await subject.load()
const replica = await library.openFile(path)
const title = replica.read(id, 'title')
const ms = performance.now() - began

if (typeof title !== 'string') throw new Error(`There is no record ${id} in ${path}.`)
const found: ColdStart = { ms, digest: digestOfReplica(replica) }
await replica.close()
process.send!(found, () => process.exit(0))
