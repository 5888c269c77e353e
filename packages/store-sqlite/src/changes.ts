/** What changed in a record, from one stored row to the next: what is seen of it, before and after. */
import {
  type ChangeType,
  compareStamps,
  equalValues,
  type Stamp,
  type StoredChange,
  type StoredField,
  type StoredRow,
} from '@syncro/scriber'

/** What is seen of a row. */
interface Shown {
  /** The newest birth, if the record lives. */
  readonly birth: Stamp | undefined
  readonly fields: ReadonlyMap<string, StoredField>
}

interface Draft extends Stamp {
  type: ChangeType
  readonly before: Record<string, StoredField['value']>
  readonly after: Record<string, StoredField['value']>
}

/**
 * The changes that led from one row to the next, each with the stamp of its own: a row that was caught up may bring several. None where nothing is seen of
 * them: a stamp that was made anew, an edit of a record that is gone.
 */
export function changesBetween(before: StoredRow | undefined, after: StoredRow): readonly StoredChange[] {
  const [was, is] = [shown(before), shown(after)]
  if (is.birth === undefined) {
    const destroy = after.life?.destroy
    return was.birth === undefined || destroy === undefined ? [] : [destroyed(was, destroy)]
  }
  const drafts = new Map<string, Draft>()
  const draftAt = ({ stamp, writer }: Stamp): Draft => {
    const key = `${stamp} ${writer}`
    let draft = drafts.get(key)
    if (draft === undefined) {
      draft = { type: 'update', stamp, writer, before: {}, after: {} }
      drafts.set(key, draft)
    }
    return draft
  }
  if (was.birth === undefined) draftAt(is.birth).type = before?.life?.destroy === undefined ? 'create' : 'restore'
  for (const [name, field] of is.fields) {
    const old = was.fields.get(name)
    if (old !== undefined && equalValues(old.value, field.value)) continue
    const draft = draftAt(field)
    if (old !== undefined) draft.before[name] = old.value
    draft.after[name] = field.value
  }
  // It was destroyed and brought back in between, without them.
  for (const [name, { value }] of was.fields) if (!is.fields.has(name)) draftAt(is.birth).before[name] = value
  return [...drafts.values()].sort(inOrder)
}

function destroyed({ fields }: Shown, { stamp, writer }: Stamp): StoredChange {
  const before = Object.fromEntries(Array.from(fields, ([name, { value }]) => [name, value]))
  return { type: 'destroy', stamp, writer, before, after: {} }
}

function shown(row: StoredRow | undefined): Shown {
  const { birth, destroy } = row?.life ?? {}
  const isOver = ({ stamp, writer }: Stamp) =>
    destroy !== undefined && compareStamps(stamp, writer, destroy.stamp, destroy.writer) <= 0
  if (row === undefined || birth === undefined || isOver(birth)) return { birth: undefined, fields: new Map() }
  return { birth, fields: new Map(row.fields.filter((field) => !isOver(field)).map((field) => [field.name, field])) }
}

/** What brings a record comes before what is done to it, though an edit that waited for it may have an earlier stamp. */
function inOrder(a: Draft, b: Draft): number {
  if ((a.type === 'update') !== (b.type === 'update')) return a.type === 'update' ? 1 : -1
  return compareStamps(a.stamp, a.writer, b.stamp, b.writer)
}
