/** The classes that a writer declares, as a program's do from version to version; one more is kept without being declared, in most versions. */
import type { FieldKind, StoredClass } from '@syncro/scriber'

const todo = { title: 'text', done: 'boolean', due: 'date', extra: 'json' } as const
const count = { total: 'integer', share: 'number', big: 'bigint', raw: 'bytes' } as const

/** Whoever reads a table tells kinds apart by the types of SQL: where a kind changes here, that type does. */
const versions: readonly (readonly StoredClass[])[] = [
  [declared('Todo', 'text', todo), declared('Count', 'integer', count)],
  [declared('Todo', 'text', { ...todo, label: 'text' }), declared('Count', 'integer', { ...count, note: 'text' })],
  [declared('Todo', 'text', { ...todo, title: 'integer' }), declared('Count', 'integer', { ...count, total: 'text' })],
  [declared('Todo', 'text', { ...todo, label: 'text' }), declared('Loose', 'text', { title: 'text', label: 'text' })],
]

export const versionCount = versions.length
export const classNames = ['Todo', 'Count', 'Loose'] as const

export function classesOf(version: number): readonly StoredClass[] {
  return versions[version]!
}

function declared(name: string, id: StoredClass['id'], fields: Readonly<Record<string, FieldKind>>): StoredClass {
  return { name, id, fields: Object.entries(fields).map(([field, kind]) => ({ name: field, kind })) }
}
