/** A replica of a library with bytes for changes: it tells those who joined, and passes on what it is told. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Doc } from './doc.js'
import { DocLink } from './doc-link.js'
import { DocSession } from './doc-session.js'
import type { Document, Field, TodoRecord, Update, Value } from './records.js'
import { changesPerTurn, turn } from './settle.js'
import type { Channel, Library, Link, Replica, Role } from './subject.js'

/** Somebody who is told. */
export interface Outlet {
  send(message: Uint8Array): void
}

/** A library from its documents. */
export function libraryOf(open: (uid: string, role: Role) => Doc): Library {
  return {
    open: (uid, role) => new DocReplica(uid, open(uid, role)),
    async save(replica, path) {
      writeFileSync(path, (replica as DocReplica).doc.snapshot())
    },
    async openFile(path) {
      const replica = new DocReplica('reader', open('reader', 'reader'))
      replica.load(readFileSync(path))
      return replica
    },
  }
}

export class DocReplica implements Replica {
  readonly uid: string
  readonly doc: Doc
  applied = 0
  receivedBytes = 0
  isEmpty = true
  readonly #outlets = new Set<Outlet>()
  #server: Server | undefined
  #flushing = false
  #awaited = Number.POSITIVE_INFINITY
  #reached: () => void = () => {}

  constructor(uid: string, doc: Doc) {
    this.uid = uid
    this.doc = doc
  }

  watch(): void {}

  create(record: TodoRecord): void {
    this.isEmpty = false
    this.#tell(this.doc.create(record))
  }

  update(update: Update): void {
    this.#tell(this.doc.update(update))
  }

  updateTogether(updates: readonly Update[]): void {
    this.#tell(this.doc.updateTogether!(updates))
  }

  async fill(document: Document): Promise<void> {
    this.isEmpty = false
    if (this.doc.fill !== undefined) return this.doc.fill(document)
    for (const record of document.records) this.doc.create(record)
    let count = 0
    for (const update of document.updates) {
      this.doc.update(update)
      if (++count % changesPerTurn === 0) await turn()
    }
    this.doc.flush?.()
  }

  each(visit: (record: TodoRecord) => void): void {
    this.doc.each(visit)
  }

  read(id: string, field: Field): Value {
    return this.doc.read(id, field)
  }

  whenApplied(count: number): Promise<void> {
    if (this.applied >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#awaited = count
      this.#reached = resolve
    })
  }

  join(other: Replica, directions: 'from' | 'both'): Link {
    return new DocLink(this, other as DocReplica, directions)
  }

  listen(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#open(socket))
    this.#server = server
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  }

  dial(port: number): Channel {
    const session = this.#open(connect({ port, host: '127.0.0.1', noDelay: true }))
    session.sayHello()
    return session
  }

  async close(): Promise<void> {
    for (const outlet of this.#outlets) if (outlet instanceof DocSession) outlet.close()
    await new Promise<void>((resolve) => (this.#server === undefined ? resolve() : this.#server.close(() => resolve())))
    this.doc.free?.()
  }

  /** For links and sessions. */
  tellTo(outlet: Outlet): void {
    this.#outlets.add(outlet)
  }

  tellNoMore(outlet: Outlet): void {
    this.#outlets.delete(outlet)
  }

  load(snapshot: Uint8Array): void {
    this.isEmpty = false
    this.doc.load(snapshot)
  }

  /** A change has come: it is applied, and the same bytes are passed on. */
  take(message: Uint8Array, from: Outlet): void {
    this.isEmpty = false
    this.applied += this.doc.apply(message)
    if (this.#outlets.size > 1) for (const outlet of this.#outlets) if (outlet !== from) outlet.send(message)
    if (this.applied >= this.#awaited) {
      this.#awaited = Number.POSITIVE_INFINITY
      this.#reached()
    }
  }

  /** Tells what is collected. */
  flush(): void {
    const message = this.doc.flush?.()
    if (message !== undefined) this.#tell(message)
  }

  #tell(message: Uint8Array | undefined): void {
    if (message === undefined) this.#flushSoon()
    else for (const outlet of this.#outlets) outlet.send(message)
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.flush()
    })
  }

  #open(socket: Socket): DocSession {
    const session = new DocSession(this, socket)
    socket.on('data', (bytes) => {
      this.receivedBytes += bytes.length
      session.receive(bytes)
    })
    socket.on('close', () => this.tellNoMore(session))
    return session
  }
}
