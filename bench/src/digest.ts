/** Whether replicas hold the same, and the right thing: one digest over everything, read as a program reads it. */
import { createHash } from 'node:crypto'
import type { TodoRecord } from './records.js'
import type { Replica } from './subject.js'

/** SHA-256 over all records, sorted by id. */
export function digestOf(records: Iterable<TodoRecord>): string {
  const lines = Array.from(records, lineOf)
  const hash = createHash('sha256')
  for (const line of lines.sort()) hash.update(line).update('\n')
  return hash.digest('hex')
}

export function digestOfReplica(replica: Replica): string {
  return digestOf(recordsOf(replica))
}

export function recordsOf(replica: Replica): TodoRecord[] {
  const records: TodoRecord[] = []
  replica.each((record) => records.push(record))
  return records
}

/** @throws Error where a replica holds anything else. */
export function checkReplicas(expected: Iterable<TodoRecord>, replicas: { readonly [name: string]: Replica }): void {
  const digest = digestOf(expected)
  for (const [name, replica] of Object.entries(replicas)) checkDigests(digest, { [name]: digestOfReplica(replica) })
}

/** @throws Error where a digest is not the one expected: the run does not count. */
export function checkDigests(expected: string, digests: { readonly [replica: string]: string }): void {
  for (const [replica, digest] of Object.entries(digests))
    if (digest !== expected)
      throw new Error(`${replica} does not hold what it should: its digest is ${digest}, not ${expected}`)
}

/** @throws Error where a count is not the one expected. */
export function checkCount(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`${what}: ${actual}, and it should be ${expected}`)
}

function lineOf({ id, title, done, priority, updatedAt }: TodoRecord): string {
  return JSON.stringify([id, title, done, priority, updatedAt])
}
