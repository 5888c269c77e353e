/** The effects of changes: what a batch, a row or a step says of which part of which record. */
import type { Batch, RowImage, Step, Value } from '@syncro/scriber'
import { birth, destroy, type Effect } from './held.js'

/** An effect with the value that a field was set to. */
export interface Said extends Effect {
  readonly value?: Value
}

export function* effectsOf({ batch, rows }: Pick<Step, 'batch' | 'rows'>): IterableIterator<Said> {
  if (batch !== undefined) yield* effectsOfBatch(batch)
  for (const row of rows) yield* effectsOfRow(row)
}

function* effectsOfBatch({ stamp, writer, changes }: Batch): IterableIterator<Said> {
  for (const { name, id, type, fields, after } of changes) {
    if (type === 'destroy') yield { name, id, part: destroy, stamp, writer }
    else if (type !== 'update') yield { name, id, part: birth, stamp, writer }
    if (after !== undefined) yield { name, id, part: destroy, stamp: after.stamp, writer: after.writer }
    for (const [part, value] of Object.entries(fields ?? {})) yield { name, id, part, stamp, writer, value }
  }
}

function* effectsOfRow(row: RowImage): IterableIterator<Said> {
  const { name, id, fields } = row
  if (row.birth !== undefined) yield { name, id, part: birth, ...row.birth }
  if (row.destroy !== undefined) yield { name, id, part: destroy, ...row.destroy }
  for (const { name: part, value, stamp, writer } of fields) yield { name, id, part, stamp, writer, value }
}
