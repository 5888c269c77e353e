/** A client of version 1, played by the test: says scribes as the gem does, and notes what it is told. */
import type { JsonObject, JsonValue, Scribe } from '@syncro/protocol'
import type { Syncro } from '../src/syncro.js'
import { Peer } from './peer.js'
import type { World } from './world.js'

export class GemPeer extends Peer {
  #requests = 0
  #scribes = 0
  #answered = 0

  /** A peer under the uid `gem`, whose connection the client under test accepts. */
  constructor(world: World, syncro: Syncro, uid = 'gem') {
    super(world, syncro, 'accepts', { accept: { uid } })
  }

  sync(from: string | number | null = null): this {
    return this.request({ type: 'sync', from })
  }

  /** Answers the client's oldest sync that has no answer yet. */
  answerSync(...scribes: readonly Scribe[]): this {
    return this.answer(
      this.all('sync').at(-1)?.id as JsonValue,
      scribes.map((scribe) => ({ ...scribe })),
    )
  }

  /** Both have synced, and nothing was there. */
  meet(from: string | number | null = null, ...scribes: readonly Scribe[]): this {
    return this.settle()
      .sync(from)
      .answerSync(...scribes)
      .settle()
  }

  addScribe(scribe: Scribe): this {
    return this.request({ type: 'add_scribe', scribe: { ...scribe } })
  }

  answer(id: JsonValue, result: JsonValue = true): this {
    return this.sendV1({ type: 'response', id, result })
  }

  /** Answers every scribe and noop that came since the last call. */
  answerAll(): this {
    const requests = this.heard.filter(({ type }) => type === 'add_scribe' || type === 'noop')
    for (const { id } of requests.slice(this.#answered)) this.answer(id as JsonValue)
    this.#answered = requests.length
    return this.settle()
  }

  fail(code = 0): this {
    this.#answered += 1
    return this.sendV1({ type: 'error', code })
  }

  request(message: JsonObject): this {
    this.#requests += 1
    return this.sendText(JSON.stringify({ ...message, id: this.#requests }), 16)
  }

  create(id: JsonValue, fields: JsonObject, klass = 'Todo'): Scribe {
    return { data: { ...fields, id }, id: this.#id(), klass, type: 'create' }
  }

  update(id: JsonValue, fields: JsonObject): Scribe {
    return { data: [id, fields], id: this.#id(), klass: 'Todo', type: 'update' }
  }

  destroy(id: JsonValue): Scribe {
    return { data: [id], id: this.#id(), klass: 'Todo', type: 'destroy' }
  }

  /** The scribes that it was told live, shortly: type and data. */
  get told(): unknown[] {
    return this.all('add_scribe').map(({ scribe }) => shortly(scribe as Scribe))
  }

  /** The scribes of the answers to its syncs, answer by answer. */
  get answers(): unknown[][] {
    const lists = this.all('response').flatMap(({ result }) =>
      Array.isArray(result) ? [result as readonly Scribe[]] : [],
    )
    return lists.map((list) => list.map(shortly))
  }

  /** The id of the last scribe that it was told. */
  get lastId(): string {
    const live = this.all('add_scribe').map(({ scribe }) => scribe as Scribe)
    const listed = this.all('response').flatMap(({ result }) =>
      Array.isArray(result) ? (result as readonly Scribe[]) : [],
    )
    return String((live.at(-1) ?? listed.at(-1))?.id)
  }

  #id(): string {
    this.#scribes += 1
    return `${this.#scribes}`.padStart(26, 'f')
  }
}

function shortly({ type, data }: Scribe): unknown {
  return [type, data]
}
