/** W9: a new process imports the library, opens a file with a document with a past, and reads one field. */
import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkDigests, digestOf } from '../digest.js'
import { processFile } from '../process-file.js'
import { outcome, pastUpdates } from '../records.js'
import type { Library } from '../subject.js'
import type { Figures, Work, Workload } from '../workload.js'

const seed = 10

export interface ColdStart {
  readonly ms: number
  readonly digest: string
}

export const coldStart: Workload = {
  name: 'cold-start',
  number: 'W9',
  about: 'a new process imports the library, opens a file with the document of W5, and reads one field',
  metrics: [
    { key: 'ms', label: 'until one field is read', unit: 'ms', better: 'less', isSum: true },
    { key: 'bytes', label: 'bytes of the file a record', unit: 'B', better: 'less' },
  ],
  full: { records: 100_000, updates: 300_000, others: 0 },
  async measure(library: Library, { subject, amounts: { records, updates } }: Work): Promise<Figures> {
    const folder = mkdtempSync(join(tmpdir(), 'syncro-bench-'))
    try {
      const document = pastUpdates(seed, records, Math.round(updates / records))
      const path = join(folder, 'document')
      const replica = library.open('writer', 'writer')
      await replica.fill(document)
      await library.save(replica, path)
      await replica.close()
      const { ms, digest } = await start(subject.name, path, document.records[0]!.id)
      checkDigests(digestOf(outcome(document)), { opened: digest })
      return { ms, bytes: bytesIn(folder) / records }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

function start(subject: string, path: string, id: string): Promise<ColdStart> {
  return new Promise((resolve, reject) => {
    const child = fork(processFile('cold-start-process'), [subject, path, id], { execArgv: ['--expose-gc'] })
    let found: ColdStart | undefined
    child.on('message', (message) => {
      found = message as ColdStart
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (found === undefined) reject(new Error(`The process that starts ended with ${signal ?? code}.`))
      else resolve(found)
    })
  })
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
