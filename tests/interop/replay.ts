/**
 * A recorded conversation again, with a client of ours in the place of one of the peers. What the others said then is said again, as far as it
 * answers or names what ours said; what ours says is kept beside what was said in its place.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Session, Syncro } from '@syncro/core'
import { encodeV1, FrameDecoder, type JsonObject, type JsonValue } from '@syncro/protocol'
import { bytesOf, ends, type Frame, type Step, type Vector } from './vector.js'
import { World } from './world.js'

/** One connection with one of the others. */
export class Link {
  readonly other: string
  readonly session: Session
  /** What ours said, without its hello, the noops behind its answers, and syncs that nobody made then. */
  readonly ours: JsonObject[] = []
  /** What was said in its place. */
  readonly recorded: Frame[] = []
  /** The code that ended it. */
  ended: string | undefined
  readonly #decoder = new FrameDecoder()

  constructor(other: string, open: (connection: { write(bytes: Uint8Array): void }) => Session) {
    this.other = other
    this.session = open({ write: (bytes) => this.#decoder.push(bytes) })
    this.session.on('closed', ({ code }) => {
      this.ended = code
    })
  }

  /** Messages that ours has written since the last call. */
  *written(): IterableIterator<JsonObject> {
    for (let body = this.#decoder.next(); body !== undefined; body = this.#decoder.next())
      yield JSON.parse(Buffer.from(body).toString('utf8')) as JsonObject
  }
}

export class Replay {
  readonly world = new World()
  readonly links: Link[] = []
  readonly #vector: Vector
  readonly #role: string
  readonly #open = new Map<string, Link>()
  readonly #started = new Set<string>()
  /** Frames that a peer keeps back, by peer: it is corked. */
  readonly #corked = new Map<string, Frame[]>()
  readonly #taken = new Set<string>()
  readonly #splits = new Map<string, number>()
  #syncro: Syncro | undefined

  constructor(vector: Vector, role: string) {
    this.#vector = vector
    this.#role = role
  }

  get syncro(): Syncro {
    if (this.#syncro === undefined) throw new Error('ours was not started')
    return this.#syncro
  }

  run(): void {
    const { frames, steps } = this.#vector
    const waiting = [...steps]
    for (const frame of frames) {
      while ((waiting[0]?.after_frames ?? Number.POSITIVE_INFINITY) <= frame.n) this.#step(waiting.shift()!)
      this.#frame(frame)
    }
    for (const step of waiting) this.#step(step)
  }

  #step(step: Step): void {
    const { peer = '' } = step
    if (step.do === 'start') this.#start(peer)
    else if (step.do === 'disconnect' || step.do === 'exit') this.#leave(peer, step.do === 'exit')
    else if (step.do === 'reconnect') for (const other of this.#others(peer)) this.#connect(other)
    else if (peer === this.#role) this.#change(step)
    else if (step.do === 'cork') this.#corked.set(peer, [])
    else if (step.do === 'uncork') this.#uncork(peer)
    else if (step.do === 'split') this.#splits.set(peer, step.size ?? 1)
    this.#settle()
  }

  #start(peer: string): void {
    this.#started.add(peer)
    if (peer === this.#role) this.#syncro = this.world.client(peer)
    for (const other of this.#others(peer)) this.#connect(other)
  }

  /** Those with whom a peer's connections concern us: clients are connected with the server alone. */
  #others(peer: string): string[] {
    const all = peer === this.#role ? [...this.#started].filter((name) => name !== peer) : [peer]
    return this.#started.has(this.#role) ? all.filter((name) => name === 'server' || this.#role === 'server') : []
  }

  #connect(other: string): void {
    this.#open.get(other)?.session.close()
    const link = new Link(other, (connection) =>
      this.#role === 'server' ? this.syncro.accept(connection, { uid: other }) : this.syncro.connect(other, connection),
    )
    this.#open.set(other, link)
    this.links.push(link)
  }

  #leave(peer: string, isExit: boolean): void {
    for (const other of this.#others(peer)) {
      this.#open.get(other)?.session.close()
      this.#open.delete(other)
    }
    if (isExit) this.#started.delete(peer)
  }

  #change(step: Step): void {
    const { do: what, class: klass = '', record = '' } = step
    if (what === 'create') {
      const { id, ...attributes } = this.#created(step)
      this.syncro.record(klass, 'create', id as string | number, attributes)
    } else if (what === 'update') this.syncro.record(klass, 'update', record, step.attrs as JsonObject)
    else if (what === 'destroy') this.syncro.record(klass, 'destroy', record)
  }

  /** Of a create the steps do not tell the record's id: what was sent for it does, or what was there in the end. */
  #created({ class: klass = '', attrs }: Step): JsonObject {
    const sent = this.#vector.frames
      .filter((frame) => ends(frame)[0] === this.#role)
      .flatMap(({ json }) => scribesIn(json))
    const creates = sent.filter((scribe) => scribe.type === 'create' && scribe.klass === klass)
    const final = this.#vector.final[this.#role]?.records[klass] ?? []
    const isUntaken = ({ id = null }: JsonObject) => !this.#taken.has(JSON.stringify([klass, id]))
    const told = creates.map(({ data }) => data as JsonObject).filter(isUntaken)
    const wanted = typeof attrs === 'object' ? Object.entries(attrs) : []
    const isLike = (data: JsonObject) => wanted.every(([name, value]) => isDeepStrictEqual(data[name], value))
    const like = told.find(isLike) ?? final.filter(isUntaken).find(isLike)
    const data = like ?? told[0] ?? { id: `made ${this.#taken.size}` }
    this.#taken.add(JSON.stringify([klass, data.id ?? null]))
    return typeof attrs === 'object' ? { ...attrs, id: data.id ?? null } : data
  }

  #frame(frame: Frame): void {
    const [from, to] = ends(frame)
    if (from !== this.#role && to !== this.#role) return
    const link = this.#open.get(from === this.#role ? to : from)
    if (link === undefined) return
    if (from === this.#role) link.recorded.push(frame)
    else if (this.#corked.has(from)) this.#corked.get(from)!.push(frame)
    else this.#deliver(link, this.#translated(link, frame))
    this.#settle()
  }

  #uncork(peer: string): void {
    const link = this.#open.get(peer)
    const held = this.#corked.get(peer) ?? []
    this.#corked.delete(peer)
    if (link !== undefined) this.#deliver(link, Buffer.concat(held.map((frame) => this.#translated(link, frame))))
  }

  #deliver(link: Link, bytes: Uint8Array): void {
    const size = this.#splits.get(link.other) ?? bytes.length
    for (let at = 0; at < bytes.length; at += size) link.session.receive(bytes.slice(at, at + size))
  }

  /** A frame as it has to be beside what ours said: nothing of what was recorded is changed but ids that ours gave. */
  #translated(link: Link, frame: Frame): Uint8Array {
    const message = frame.json as JsonObject | null
    if (message?.type === 'response') return this.#answer(link, frame, message)
    const from = message?.type === 'sync' ? this.#ourScribe(link.other, message.from ?? null) : undefined
    return from === undefined ? bytesOf(frame) : framed({ ...message, from })
  }

  /** Answers go by the number of the request, and ours may have others. A request that ours had no reason for needs no answer. */
  #answer(link: Link, frame: Frame, message: JsonObject): Uint8Array {
    const requests = link.recorded.map(({ json }) => json as JsonObject).filter(isRequest)
    const at = requests.findIndex(({ id }) => id === message.id)
    if (at < 0) return bytesOf(frame)
    const request = link.ours.filter(isRequest)[at]
    if (request === undefined || request.type !== requests[at]?.type) return new Uint8Array(0)
    return request.id === message.id ? bytesOf(frame) : framed({ ...message, id: request.id ?? null })
  }

  /** The id that ours gave to the scribe that had this id then; undefined if it is none of ours. */
  #ourScribe(other: string, id: JsonValue): JsonValue | undefined {
    for (const { ours, recorded } of this.links.filter((link) => link.other === other)) {
      const then = recorded.flatMap(({ json }) => scribesIn(json))
      const now = ours.flatMap(scribesIn)
      const scribe = then.find((one) => one.id === id)
      if (scribe === undefined) continue
      // Ours may need fewer: the last one of the same record says as much.
      return now.filter((one) => subjectOf(one) === subjectOf(scribe)).at(-1)?.id ?? now.at(-1)?.id
    }
    return undefined
  }

  #settle(): void {
    for (let isQuiet = false; !isQuiet; ) {
      while (this.world.turn());
      isQuiet = true
      for (const link of this.#open.values())
        for (const message of [...link.written()]) {
          this.#said(link, message)
          isQuiet = false
        }
    }
  }

  /** A noop behind our answer, and a second sync, have no counterpart: they are answered as the gem would. */
  #said(link: Link, message: JsonObject): void {
    const { type, id = null } = message
    if (type === 'hello') return
    const isSecondSync = type === 'sync' && link.ours.some((one) => one.type === 'sync')
    if (type === 'noop') link.session.receive(framed({ type: 'response', id, result: true }))
    else if (isSecondSync) link.session.receive(framed({ type: 'response', id, result: [] }))
    else link.ours.push(message)
  }
}

/** The scribes in a message. */
function scribesIn(message: JsonValue): JsonObject[] {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return []
  const { type, scribe, result } = message as JsonObject
  if (type === 'add_scribe') return [scribe as JsonObject]
  return type === 'response' && Array.isArray(result)
    ? (result as JsonObject[]).filter((one) => one?.klass !== undefined)
    : []
}

/** The record that a scribe is about. */
function subjectOf({ klass, type, data }: JsonObject): string {
  const id = type === 'create' ? (data as JsonObject).id : (data as readonly JsonValue[])[0]
  return JSON.stringify([klass, id])
}

function isRequest(message: JsonValue): boolean {
  const type = (message as JsonObject | null)?.type
  return type === 'sync' || type === 'add_scribe'
}

function framed(message: JsonObject): Uint8Array {
  const body = encodeV1(message as unknown as Parameters<typeof encodeV1>[0])
  const frame = new Uint8Array(body.length + 2)
  frame[0] = body.length >>> 8
  frame[1] = body.length & 0xff
  frame.set(body, 2)
  return frame
}
