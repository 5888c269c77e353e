/** What is worth meeting: an exploration in which it never happens proves nothing about it. */
import type { Batch, Change } from '@syncro/scriber'

/** @param seen the batches that one client has seen. */
export function sightsOf(seen: readonly Batch[]): readonly string[] {
  const changes = seen.flatMap((batch) => batch.changes)
  const sights = changes.map(writtenAs)
  const hasBirth = changes.some(({ type }) => type === 'create' || type === 'restore')
  for (const { type } of changes) if (!hasBirth) sights.push(`${type} that came before its create`)
  for (const [at, batch] of seen.entries())
    for (const other of seen.slice(at + 1)) if (batch.stamp === other.stamp) sights.push(tieOf(batch, other))
  return sights
}

function writtenAs({ type, fields, after }: Change): string {
  if (type === 'update') return `update of ${Object.keys(fields!).join()}`
  return after === undefined ? type : `${type} over a tombstone`
}

function tieOf(a: Batch, b: Batch): string {
  return a.writer === b.writer ? 'one stamp, twice by one writer' : 'one stamp, by two writers'
}
