/** Everything that is measured. Nothing of it is imported before `load`: a process has the one library that it measures. */
import type { Subject } from './subject.js'
import type { WorkloadName } from './workload.js'

const oneWriter = 'it has one writer: a reader cannot change anything'
const floorOnly = 'it merges nothing'
const noTransactions = 'it has no transactions'
const automergeCopies = 'each change copies the map of records, so that it takes as long as there are records'

export const subjects: readonly Subject[] = [
  {
    name: 'syncro',
    kind: 'ours',
    merges: true,
    about:
      'a model’s create, an assignment to a field of an instance that was found by its id; at the other end an event, and each of its fields read. Class form A, lowered by tsc. No store, but SQLite for the cold start.',
    load: async () => (await import('./subjects/syncro.js')).library,
  },
  {
    name: 'syncro-form-b',
    kind: 'ours',
    merges: true,
    about: 'the same with the class in form B, which is plain JavaScript.',
    only: ['create', 'create-apply', 'update', 'bootstrap', 'read'],
    load: async () => (await import('./subjects/syncro.js')).libraryOfFormB,
  },
  {
    name: 'syncro-esbuild',
    kind: 'ours',
    merges: true,
    about: 'the same with the class in form A, lowered by esbuild.',
    only: ['create', 'create-apply', 'update', 'bootstrap', 'read'],
    load: async () => (await import('./subjects/syncro-esbuild.js')).library,
  },
  {
    name: 'syncro-deflated',
    kind: 'ours',
    merges: true,
    about: 'the same with what is caught up with deflated by `node:zlib`, at level 1; the time for that counts.',
    only: ['bootstrap'],
    load: async () => (await import('./subjects/syncro.js')).libraryThatDeflates,
  },
  {
    name: 'syncro-snapshot',
    kind: 'ours',
    merges: true,
    about: 'the same from a snapshot in place of SQLite.',
    only: ['cold-start'],
    load: async () => (await import('./subjects/syncro.js')).libraryOfSnapshots,
  },
  {
    name: 'yjs',
    kind: 'peer',
    merges: true,
    about:
      'a Y.Map of Y.Maps, garbage collection on; updates of version 1 in streams and for differences, as y-protocols sends them, version 2 for the snapshot.',
    load: async () => (await import('./subjects/yjs.js')).library,
  },
  {
    name: 'yjs-v1',
    kind: 'peer',
    merges: true,
    about: 'the same with version 1 for the snapshot.',
    only: ['bootstrap', 'cold-start'],
    load: async () => (await import('./subjects/yjs.js')).libraryV1,
  },
  {
    name: 'loro',
    kind: 'peer',
    merges: true,
    about:
      'a LoroMap of LoroMaps with full history, a commit a change, bytes by `subscribeLocalUpdates`; handles are freed at once; the full read is `toJSON`.',
    less: { 'fan-out': { updates: 2000, why: 'its replicas apply some 13,000 updates a second' } },
    load: async () => (await import('./subjects/loro.js')).library,
  },
  {
    name: 'loro-updates',
    kind: 'peer',
    merges: true,
    about: 'the same with `export({ mode: "update" })` in place of the snapshot.',
    only: ['bootstrap'],
    load: async () => (await import('./subjects/loro.js')).libraryOfUpdates,
  },
  {
    name: 'loro-shallow',
    kind: 'peer',
    merges: true,
    about: 'the same with a shallow snapshot, which leaves the history out.',
    only: ['bootstrap'],
    load: async () => (await import('./subjects/loro.js')).libraryWithoutHistory,
  },
  {
    name: 'automerge',
    kind: 'peer',
    merges: true,
    about:
      'as documented: `change`, `getLastLocalChange`, `applyChanges`; text as ImmutableString, whose last writer wins. Whole documents are built by its core, untimed.',
    less: {
      create: { records: 1000, why: automergeCopies },
      'create-apply': { records: 1000, why: automergeCopies },
      update: { records: 1000, updates: 1000, why: automergeCopies },
      'update-tcp': { records: 1000, updates: 1000, why: automergeCopies },
      'update-coalesced': { records: 1000, updates: 10_000, why: automergeCopies },
      bootstrap: { records: 5000, updates: 15_000, why: automergeCopies },
      'catch-up': { records: 1000, updates: 3000, why: automergeCopies },
      merge: { records: 1000, updates: 1000, why: automergeCopies },
      memory: { records: 10_000, updates: 30_000, why: 'loading takes too long' },
      'cold-start': { records: 10_000, updates: 30_000, why: 'loading takes too long' },
      read: { records: 10_000, updates: 30_000, why: 'loading takes too long' },
      'fan-out': { records: 100, updates: 100, why: automergeCopies },
    },
    load: async () => (await import('./subjects/automerge.js')).library,
  },
  {
    name: 'automerge-core',
    kind: 'peer',
    merges: true,
    about: 'the same package through `getBackend()`, without a JS document. Not how the documentation uses it.',
    less: {
      create: { records: 20_000, why: 'applying what was created takes over a minute' },
      'create-apply': { records: 20_000, why: 'it takes over a minute' },
      'catch-up': { records: 20_000, updates: 60_000, why: 'it takes over a minute' },
      'fan-out': { updates: 500, why: 'its replicas apply some 3,000 updates a second' },
    },
    load: async () => (await import('./subjects/automerge-core.js')).library,
  },
  {
    name: 'tinybase',
    kind: 'peer',
    merges: true,
    about:
      'a MergeableStore, a row a record; the JSON that its synchronizers send, without their envelope; catching up walks its tree of hashes by its public methods.',
    less: { 'fan-out': { updates: 2000, why: 'its replicas apply some 19,000 updates a second' } },
    load: async () => (await import('./subjects/tinybase.js')).library,
  },
  {
    name: 'colyseus',
    kind: 'peer',
    merges: false,
    about:
      'a MapSchema, `encode` and `discardChanges` for each change, a decoder that follows in step; catching up is its full state again.',
    lacks: { merge: oneWriter },
    load: async () => (await import('./subjects/colyseus.js')).library,
  },
  {
    name: 'json',
    kind: 'floor',
    merges: false,
    about: 'the JSON floor: each change a JSON array, into a Map of plain objects. Merges nothing.',
    lacks: { merge: floorOnly, 'update-coalesced': noTransactions },
    load: async () => (await import('./subjects/json-floor.js')).library,
  },
  {
    name: 'msgpackr',
    kind: 'floor',
    merges: false,
    about: 'the msgpackr floor: the same with record structures that both sides know, 128 changes a message.',
    lacks: { merge: floorOnly, 'update-coalesced': noTransactions },
    load: async () => (await import('./subjects/msgpackr-floor.js')).library,
  },
  {
    name: 'msgpackr-js',
    kind: 'floor',
    merges: false,
    about: 'the same without its native part, which is faster and whose strings take more memory.',
    only: ['memory'],
    load: async () => {
      process.env['MSGPACKR_NATIVE_ACCELERATION_DISABLED'] = 'true'
      return (await import('./subjects/msgpackr-floor.js')).library
    },
  },
]

/** @throws Error where there is none. */
export function subjectNamed(name: string): Subject {
  const subject = subjects.find((one) => one.name === name)
  if (subject === undefined)
    throw new Error(
      `There is no ${JSON.stringify(name)} to measure; there are ${subjects.map((one) => one.name).join(', ')}.`,
    )
  return subject
}

/** Why a subject is not asked for a work; undefined if it is. */
export function reasonAgainst(subject: Subject, work: WorkloadName): string | undefined {
  if (subject.only !== undefined && !subject.only.includes(work)) return 'a variant that differs only elsewhere'
  return subject.lacks?.[work]
}
