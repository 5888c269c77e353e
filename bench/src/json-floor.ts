/**
 * The floor: each change a JSON array, length-prefixed, into a Map of plain objects. No stamps, no merging, no events, no acknowledgements;
 * what nobody who merges can be expected to reach.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { FloorSession } from './floor-session.js'
import type { PipeEnd } from './pipe.js'
import type { TodoRecord, Update } from './records.js'
import type { Channel, Replica, Subject } from './subject.js'

export const jsonFloor: Subject = {
  name: 'JSON floor',
  about: 'JSON arrays with a 32-bit length in front, 64 KiB a write, into a Map of plain objects. Merges nothing.',
  open: (uid) => new FloorReplica(uid),
}

/** `["c", id, title, done, priority, updatedAt]`, `["u", id, field, value]`, and for catching up `["h", have]` and `["d", have]`. */
export type Change = readonly [string, ...(string | number | boolean)[]]

type Row = { -readonly [Key in Exclude<keyof TodoRecord, 'id'>]: TodoRecord[Key] }

export class FloorReplica implements Replica {
  readonly uid: string
  applied = 0
  receivedBytes = 0
  readonly #rows = new Map<string, Row>()
  /** Updates made here, for those who have some of them. */
  readonly #log: Change[] = []
  /** How far this one has the other's log. */
  #have = -1
  readonly #sessions = new Set<FloorSession>()
  #server: Server | undefined

  constructor(uid: string) {
    this.uid = uid
  }

  watch(): void {}

  create({ id, title, done, priority, updatedAt }: TodoRecord): void {
    this.#rows.set(id, { title, done, priority, updatedAt })
    this.#send(['c', id, title, done, priority, updatedAt])
  }

  update({ id, field, value }: Update): void {
    this.#set(id, field, value)
    const change: Change = ['u', id, field, value]
    this.#log.push(change)
    this.#send(change)
  }

  *records(): Iterable<TodoRecord> {
    for (const [id, { title, done, priority, updatedAt }] of this.#rows) yield { id, title, done, priority, updatedAt }
  }

  connect(end: PipeEnd): Channel {
    const session = this.#open(
      (bytes) => end.write(bytes),
      () => end.close(),
    )
    end.deliverTo(session)
    session.send(['h', this.#have])
    return session.channel(() => 0)
  }

  accept(end: PipeEnd): void {
    end.deliverTo(
      this.#open(
        (bytes) => end.write(bytes),
        () => end.close(),
      ),
    )
  }

  listen(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#openSocket(socket))
    this.#server = server
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  }

  dial(port: number): Channel {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const session = this.#openSocket(socket)
    session.send(['h', this.#have])
    return session.channel(() => socket.writableLength)
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.close()
    await new Promise<void>((resolve) => (this.#server === undefined ? resolve() : this.#server.close(() => resolve())))
  }

  /** For sessions: a change has come. */
  take(change: Change, session: FloorSession): void {
    const [kind, key] = change
    if (kind === 'u') {
      this.applied += 1
      this.#set(key as string, change[2] as string, change[3]!)
    } else if (kind === 'c') {
      const [, , title, done, priority, updatedAt] = change
      this.#rows.set(key as string, { title, done, priority, updatedAt } as Row)
    } else if (kind === 'h') this.#answer(key as number, session)
    else {
      this.#have = key as number
      session.becomeReady()
    }
  }

  #set(id: string, field: string, value: string | number | boolean): void {
    const row = this.#rows.get(id)!
    switch (field) {
      case 'title':
        row.title = value as string
        break
      case 'done':
        row.done = value as boolean
        break
      case 'priority':
        row.priority = value as number
        break
      default:
        row.updatedAt = value as number
    }
  }

  /** Gives what somebody lacks: the updates since, or everything. */
  #answer(have: number, session: FloorSession): void {
    if (have < 0)
      for (const { id, title, done, priority, updatedAt } of this.records())
        session.send(['c', id, title, done, priority, updatedAt])
    else for (let at = have; at < this.#log.length; at++) session.send(this.#log[at]!)
    session.send(['d', this.#log.length])
  }

  #send(change: Change): void {
    for (const session of this.#sessions) session.send(change)
  }

  #open(write: (bytes: Uint8Array) => void, end: () => void): FloorSession {
    const session: FloorSession = new FloorSession(this, { write, end, ended: () => this.#sessions.delete(session) })
    this.#sessions.add(session)
    return session
  }

  #openSocket(socket: Socket): FloorSession {
    const session = this.#open(
      (bytes) => socket.write(bytes),
      () => socket.end(),
    )
    socket.on('data', (bytes) => {
      this.receivedBytes += bytes.length
      session.receive(bytes)
    })
    socket.on('close', () => session.close())
    return session
  }
}
