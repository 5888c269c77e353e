/**
 * The Ruby gem as a model: what WIRE sections 2 to 5 say that it does, its faults included. It raises where the gem raises, loses what the gem
 * loses, and knows nothing that the gem does not know.
 */
import { decodeV1, encodeV1, type JsonObject, type JsonValue } from '@syncro/protocol'

/** One change in the gem's log. */
interface Logged {
  readonly id: string
  readonly klass: string
  readonly type: string
  readonly data: JsonValue
  /** The client that it came from; null for a change of the gem's own. */
  readonly from: string | null
}

type Attributes = Record<string, JsonValue>

/** Names that Ruby's Kernel has methods for, which want arguments: an attribute of such a name raises (WIRE 4). */
const kernelMethods = new Set(['format', 'open', 'test', 'load', 'select', 'system', 'method', 'send', 'raise'])

/** The classes of the runs, and their attributes. */
const classes: Readonly<Record<string, readonly string[]>> = { Test: ['name'], Todo: ['title', 'done', 'priority'] }

export class Gem {
  readonly name: string
  readonly records = new Map<string, Map<JsonValue, Attributes>>()
  readonly log: Logged[] = []
  /** Last scribe id received, by uid. */
  readonly lastScribes = new Map<string, JsonValue>()
  readonly sessions = new Set<GemSession>()
  /** What it raised: in the gem's examples the first one would have ended the process. */
  readonly raised: string[] = []
  /** The scribe that is being played, or, after one that raised, that still seems to be. */
  playing: { readonly from: string; readonly session: GemSession } | null = null
  #ids = 0

  constructor(name: string) {
    this.name = name
    for (const klass of Object.keys(classes)) this.records.set(klass, new Map())
  }

  /** A connection to a client that is known under a uid; `write` takes the bytes. Both sides sync at once, as in the gem's examples. */
  connect(uid: string, write: (bytes: Uint8Array) => unknown, options: { readonly sync?: boolean } = {}): GemSession {
    const session = new GemSession(this, uid, write)
    this.sessions.add(session)
    if (options.sync !== false) session.sync()
    return session
  }

  create(klass: string, id: JsonValue, attributes: Attributes): void {
    this.#save(klass, id, attributes)
    this.record(klass, 'create', { ...this.records.get(klass)!.get(id), id })
  }

  update(klass: string, id: JsonValue, attributes: Attributes): void {
    if (Object.keys(attributes).length === 0) return
    Object.assign(this.#find(klass, id), attributes)
    this.record(klass, 'update', [id, attributes])
  }

  destroy(klass: string, id: JsonValue): void {
    this.#find(klass, id)
    this.records.get(klass)!.delete(id)
    this.record(klass, 'destroy', [id])
  }

  /** Plays a scribe of a client's. */
  play(klass: string, type: string | null, data: JsonValue, session: GemSession): void {
    // Nothing clears this where playing raises (WIRE 5.4).
    this.playing = { from: session.uid, session }
    if (type === 'create') {
      const { id, ...attributes } = data as JsonObject
      this.create(klass, id as JsonValue, attributes)
    } else if (type === 'update') {
      const [id, attributes] = data as readonly [JsonValue, Attributes]
      this.update(klass, id, attributes)
    } else if (type === 'destroy') this.destroy(klass, (data as readonly JsonValue[])[0] as JsonValue)
    this.playing = null
  }

  /** What is recorded after a scribe, without what the client itself had sent. Unknown: nothing. */
  since(from: JsonValue, uid: string): Logged[] {
    const at = from === null || from === '' ? -1 : this.log.findIndex(({ id }) => id === from)
    if (at < 0 && from !== null && from !== '') return []
    return this.log.slice(at + 1).filter((logged) => logged.from !== uid)
  }

  record(klass: string, type: string, data: JsonValue): void {
    const id = `${this.name}${(++this.#ids).toString(16)}`.padStart(26, '0')
    // The data as they are now: Rails before 3.0.4 copied them (WIRE 5.9).
    const logged: Logged = { id, klass, type, data: structuredClone(data), from: this.playing?.from ?? null }
    this.log.push(logged)
    for (const session of this.sessions) if (session !== this.playing?.session) session.addScribe(logged)
  }

  #save(klass: string, id: JsonValue, attributes: Attributes): void {
    for (const name of Object.keys(attributes)) if (kernelMethods.has(name)) throw new Raised(`ArgumentError: ${name}`)
    const empty = Object.fromEntries(classes[klass]!.map((name) => [name, null]))
    this.records.get(klass)!.set(id, { ...empty, ...attributes })
  }

  #find(klass: string, id: JsonValue): Attributes {
    const record = this.records.get(klass)!.get(id)
    if (record === undefined) throw new Raised(`UnknownRecord: Couldn't find ${klass} with ID=${String(id)}`)
    return record
  }
}

class Raised extends Error {}

export class GemSession {
  readonly uid: string
  readonly #gem: Gem
  readonly #write: (bytes: Uint8Array) => unknown
  #buffer = new Uint8Array(0)
  #requests = 0
  readonly #waiting = new Map<number, 'sync' | 'other'>()

  constructor(gem: Gem, uid: string, write: (bytes: Uint8Array) => unknown) {
    this.#gem = gem
    this.uid = uid
    this.#write = write
  }

  sync(): void {
    this.#request('sync', { type: 'sync', from: this.#gem.lastScribes.get(this.uid) ?? null })
  }

  addScribe({ id, klass, type, data }: Logged): void {
    this.#request('other', { type: 'add_scribe', scribe: { data, id, klass, type } })
  }

  /** Reads as the gem does: what is behind a message that raises, in the same read, is lost (WIRE 2). */
  receive(bytes: Uint8Array): void {
    this.#buffer = joined(this.#buffer, bytes)
    const bodies: Uint8Array[] = []
    while (this.#buffer.length > 2) {
      const length = (this.#buffer[0]! << 8) | this.#buffer[1]!
      if (this.#buffer.length < length + 2) break
      bodies.push(this.#buffer.slice(2, length + 2))
      this.#buffer = this.#buffer.slice(length + 2)
    }
    try {
      for (const body of bodies) this.#take(decodeV1(body) as unknown as JsonObject)
    } catch (error) {
      if (!(error instanceof Raised)) throw error
      this.#gem.raised.push(error.message)
    }
  }

  close(): void {
    this.#gem.sessions.delete(this)
  }

  #take(message: JsonObject): void {
    const { type, id = null } = message
    if (type === 'sync') this.#answer(id, this.#gem.since(message.from ?? null, this.uid).map(shown))
    else if (type === 'noop') this.#answer(id, true)
    else if (type === 'add_scribe') this.#invoke(message.scribe as JsonObject, id)
    else if (type === 'response') this.#onResponse(id, message.result as JsonValue)
    else if (type === 'error') throw new Raised(`InvokeError ${String(message.code)}`)
    else if (type === 'rpc') this.#send({ type: 'error', code: 404 })
  }

  #invoke(scribe: JsonObject, id: JsonValue): void {
    const klass = scribe.klass as string
    if (!this.#gem.records.has(klass)) {
      this.#send({ type: 'error', code: 403 })
      return
    }
    try {
      this.#gem.play(klass, scribe.type as string | null, scribe.data as JsonValue, this)
    } catch (error) {
      this.#send({ type: 'error', code: 0 })
      throw error
    }
    this.#gem.lastScribes.set(this.uid, scribe.id as JsonValue)
    this.#answer(id, true)
  }

  #onResponse(id: JsonValue, result: JsonValue): void {
    if (this.#requests === 0) throw new Raised('NoMethodError')
    const waiting = this.#waiting.get(id as number)
    this.#waiting.delete(id as number)
    if (waiting !== 'sync') return
    const scribes = result as readonly JsonObject[]
    for (const { klass, type, data } of scribes)
      if (this.#gem.records.has(klass as string))
        this.#gem.play(klass as string, type as string, data as JsonValue, this)
    const last = scribes.at(-1)
    if (last !== undefined) this.#gem.lastScribes.set(this.uid, last.id as JsonValue)
  }

  #request(waiting: 'sync' | 'other', message: JsonObject): void {
    this.#requests += 1
    this.#waiting.set(this.#requests, waiting)
    this.#send({ ...message, id: this.#requests })
  }

  #answer(id: JsonValue, result: JsonValue): void {
    this.#send({ type: 'response', id, result })
  }

  /** Too long a message goes whole, under its length modulo 65,536 (WIRE 2). */
  #send(message: JsonObject): void {
    const body = encodeV1(message as unknown as Parameters<typeof encodeV1>[0])
    const frame = new Uint8Array(body.length + 2)
    frame[0] = (body.length >>> 8) & 0xff
    frame[1] = body.length & 0xff
    frame.set(body, 2)
    this.#write(frame)
  }
}

function shown({ id, klass, type, data }: Logged): JsonValue {
  return { data, id, klass, type }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
