/** Syncro through its public API: instances that are assigned to and read, sessions of its own over pipes and TCP. */
import { readFileSync, writeFileSync } from 'node:fs'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { loadSnapshot, type Session, Syncro, takeSnapshot } from '@syncro/core'
import type { Collection } from '@syncro/model'
import type { Listener, Receiver, Transport } from '@syncro/protocol'
import { MemoryStore, type Store } from '@syncro/scriber'
import { sqlite } from '@syncro/store-sqlite'
import { tcp } from '@syncro/transport-net'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'
import { changesPerTurn, turn } from '../settle.js'
import type { Channel, Library, Link, Replica, Role } from '../subject.js'
import { SyncroBarriers } from './syncro-barriers.js'
import { SyncroLink } from './syncro-link.js'
import { Barrier, Todo, TodoOfFormB } from './todo.js'

export type TodoClass = typeof Todo

interface Kind {
  readonly role?: Role
  readonly store?: Store
  readonly deflates?: boolean
}

/** What waits for a slow reader beyond this is merged, and here nothing may be. */
const limitsOfHub = { maxQueuedBytes: 64 * 1024 * 1024, maxOutboundBytes: 80 * 1024 * 1024 }

class SyncroReplica implements Replica {
  readonly uid: string
  readonly syncro: Syncro
  applied = 0
  receivedBytes = 0
  /** Changes made here. */
  made = 0
  readonly #todos: Collection<Todo>
  readonly #barriers: SyncroBarriers
  /** What was read, put together, so that no reading can be left out. */
  #read = 0
  #awaited = Number.POSITIVE_INFINITY
  #reached: () => void = () => {}

  constructor(uid: string, todoClass: TodoClass, { role, store, deflates = false }: Kind) {
    this.uid = uid
    this.syncro = new Syncro({
      uid,
      models: [todoClass, Barrier],
      ...(role === 'hub' ? { limits: limitsOfHub } : {}),
      ...(store === undefined ? {} : { store }),
      ...(deflates ? { environment: { compression } } : {}),
    })
    this.#todos = this.syncro.collection(todoClass)
    this.#barriers = new SyncroBarriers(this.syncro.collection(Barrier))
  }

  watch(): void {
    this.#todos.on('created', ({ remote, record }) => {
      if (remote) this.#count(this.#seeAll(record), 1)
    })
    this.#todos.on('changed', ({ remote, record, fields }) => {
      if (!remote) return
      for (const field of fields) this.#count(this.#see(record, field), 1)
    })
  }

  create(record: TodoRecord): void {
    this.made += 1
    this.#todos.create(record)
  }

  update(update: Update): void {
    this.made += 1
    const todo = this.#todos.find(update.id)!
    switch (update.field) {
      case 'title':
        todo.title = update.value
        break
      case 'done':
        todo.done = update.value
        break
      case 'priority':
        todo.priority = update.value
        break
      case 'updatedAt':
        todo.updatedAt = update.value
    }
  }

  updateTogether(updates: readonly Update[]): void {
    this.syncro.transact(() => {
      for (const update of updates) this.update(update)
    })
  }

  async fill({ records, updates }: Document): Promise<void> {
    let count = 0
    for (const record of records) {
      this.create(record)
      if (++count % changesPerTurn === 0) await turn()
    }
    for (const update of updates) {
      this.update(update)
      if (++count % changesPerTurn === 0) await turn()
    }
  }

  each(visit: (record: TodoRecord) => void): void {
    for (const { id, title, done, priority, updatedAt } of this.#todos.all())
      visit({ id, title, done, priority, updatedAt })
  }

  read(id: string, field: Field): Value {
    return this.#todos.find(id)![field]
  }

  whenApplied(count: number): Promise<void> {
    if (this.applied >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#awaited = count
      this.#reached = resolve
    })
  }

  join(other: Replica, directions: 'from' | 'both'): Link {
    return new SyncroLink(this, other as SyncroReplica, directions)
  }

  async listen(): Promise<number> {
    const { port } = await this.syncro.listen(this.#counting(tcp({ port: 0 })))
    return port!
  }

  dial(port: number): Channel {
    const link = this.syncro.dial(this.#countingDialled(tcp({ port })))
    return this.#channel(
      link.ready,
      () => link.session,
      () => link.close(),
    )
  }

  close(): Promise<void> {
    return this.syncro.close()
  }

  #channel(ready: Promise<void>, session: () => Session | undefined, close: () => void): Channel {
    const barriers = this.#barriers
    return {
      ready,
      get queuedBytes() {
        return session()?.queuedBytes ?? 0
      },
      barrier: () => barriers.pass(),
      close,
    }
  }

  #see(todo: Todo, field: Field): number {
    if (field === 'title') return todo.title.length
    if (field === 'done') return todo.done ? 1 : 0
    return field === 'priority' ? todo.priority : todo.updatedAt
  }

  #seeAll({ title, done, priority, updatedAt }: Todo): number {
    return title.length ^ (done ? 1 : 0) ^ priority ^ updatedAt
  }

  #count(read: number, changes: number): void {
    this.#read ^= read
    this.applied += changes
    if (this.applied < this.#awaited) return
    this.#awaited = Number.POSITIVE_INFINITY
    this.#reached()
  }

  #counting({ label, listen }: Listener): Listener {
    return { label, listen: (accept) => listen((connection, peer) => this.#countingReceiver(accept(connection, peer))) }
  }

  #countingDialled({ label, open }: Transport): Transport {
    return { label, open: (attach, signal) => open((connection) => this.#countingReceiver(attach(connection)), signal) }
  }

  #countingReceiver(receiver: Receiver): Receiver {
    return {
      receive: (bytes) => {
        this.receivedBytes += bytes.length
        receiver.receive(bytes)
      },
      close: (cause) => receiver.close(cause),
    }
  }
}

const compression = {
  deflate: (bytes: Uint8Array) => deflateRawSync(bytes, { level: 1 }),
  inflate: (bytes: Uint8Array, most: number) => inflateRawSync(bytes, { maxOutputLength: most }),
}

export type { SyncroReplica }

/** Syncro with the records' class in one of its forms. */
export function libraryOfClass(todoClass: TodoClass): Library {
  return {
    open: (uid, role) => new SyncroReplica(uid, todoClass, { role }),
    save: (replica, path) => copyInto(sqlite(path), replica as SyncroReplica, todoClass),
    async openFile(path) {
      const replica = new SyncroReplica('kept', todoClass, { store: sqlite(path) })
      await replica.syncro.ready
      return replica
    },
  }
}

/** Has a store keep what a replica holds, by catching up with it. */
async function copyInto(store: Store, replica: SyncroReplica, todoClass: TodoClass): Promise<void> {
  const kept = new SyncroReplica('kept', todoClass, { store })
  await kept.syncro.ready
  const link = kept.join(replica, 'from')
  await link.ready
  await kept.syncro.flushed()
  link.close()
  await kept.close()
}

export const library = libraryOfClass(Todo)
export const libraryOfFormB = libraryOfClass(TodoOfFormB)
export const libraryThatDeflates: Library = {
  ...library,
  open: (uid, role) => new SyncroReplica(uid, Todo, { role, deflates: true }),
}
export const libraryOfSnapshots: Library = {
  ...library,
  async save(replica, path) {
    const store = new MemoryStore()
    await copyInto(store, replica as SyncroReplica, Todo)
    writeFileSync(path, takeSnapshot(store))
  },
  async openFile(path) {
    return new SyncroReplica('kept', Todo, { store: loadSnapshot(readFileSync(path)) })
  },
}
