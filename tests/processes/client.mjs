// A client of the tests with processes: its Syncro, its link to the server, and what may be waited for.
import { Syncro } from '@syncro/core'
import { SeededRandom } from '@syncro/scriber/testing'
import { tcp, unix } from '@syncro/transport-net'
import { Finish, Item, itemsOf, operate } from './items.mjs'
import { LogStore } from './log-store.mjs'

/** @typedef {{ readonly uid: string, readonly seed: number, readonly file?: string, readonly limits?: import('@syncro/core').SyncroOptions['limits'] }} ClientOptions */
/** Where the server is, or is to be. @typedef {import('@syncro/transport-net').TcpOptions | import('@syncro/transport-net').UnixOptions} Address */

/** @param {Address} address */
export function at(address) {
  return 'path' in address ? unix(address) : tcp(address)
}

export class Client {
  /** What is left to be restored. @type {string[]} */
  destroyed = []
  /** @type {import('@syncro/core').Link | undefined} */
  link
  /** How often the client has dialled, and how often it has lost the server or not found it since it last was in step. */
  dials = 0
  failures = 0
  /** @type {Set<{ readonly holds: () => boolean, readonly resolve: () => void }>} */
  #waiting = new Set()

  /** @param {ClientOptions} options */
  constructor({ uid, seed, file, limits = {} }) {
    this.random = new SeededRandom(seed)
    const store = file === undefined ? {} : { store: new LogStore(file) }
    this.syncro = new Syncro({ uid, models: [Item, Finish], limits, warn: () => undefined, ...store })
    this.items = itemsOf(this.syncro)
    this.finishes = this.syncro.collection(Finish)
    this.syncro.on('changed', () => this.#look())
    this.syncro.scriber.on('step', () => this.#look())
  }

  /** True if everything that was done here is with the server, and everything that was there is here. */
  get isEven() {
    return this.isLive && this.syncro.unsent().length === 0
  }

  /** True for a server, which has nobody to be in step with. */
  get isLive() {
    return this.link === undefined || this.link.session?.state === 'live'
  }

  /** Resolves when first in step with the server. @param {Address} address */
  async dial(address) {
    const link = this.syncro.dial(at(address), { uid: 'server' })
    this.link = link
    this.dials += 1
    link.on('state', (state) => {
      if (state === 'dialling') this.dials += 1
    })
    link.on('session', (session) =>
      session.on('caught-up', () => {
        this.failures = 0
      }),
    )
    link.on('failed', (error) => {
      // Nothing that these tests do is for good.
      if (link.state === 'closed') throw error
      this.failures += 1
      this.#look()
    })
    await link.ready
  }

  leave() {
    this.link?.close()
    this.link = undefined
  }

  /** @param {number} operations @param {number} ids */
  work(operations, ids) {
    for (let n = 0; n < operations; n++) operate(this, ids)
  }

  /** Writes a stream of long values at the pace of the server, and then a record that says so. @param {{ id: string, count: number, bytes: number }} told */
  async stream({ id, count, bytes }) {
    for (let n = 0; n < count; n += 16) {
      for (let at = 0; at < 16; at++) {
        const title = `${id} ${n + at}`.padEnd(bytes, '.')
        const item = this.items.find(`item ${at}`)
        if (item === undefined) this.items.create({ id: `item ${at}`, title })
        else item.title = title
      }
      await this.when(() => this.isEven)
    }
    this.finishes.create({ id })
  }

  /** Says in a record that what was done here has reached the server. @param {string} label */
  async finish(label) {
    await this.when(() => this.isEven)
    this.finishes.create({ id: `${label} ${this.syncro.uid}` })
  }

  /** Resolves when the client has lost the server, or failed to find it, so often since it was in step. @param {number} times */
  failed(times) {
    return this.when(() => this.failures >= times)
  }

  /** Resolves when what was there when these records were written is here. @param {readonly string[]} ids */
  sees(ids) {
    return this.when(() => this.isLive && ids.every((id) => this.finishes.find(id)))
  }

  /** Resolves once something holds that a step, a session or a failed attempt brings about. @param {() => boolean} holds */
  when(holds) {
    return new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      this.#waiting.add({ holds, resolve })
      this.#look()
    })
  }

  #look() {
    if (this.#waiting.size === 0) return
    // When the step has been told to everybody.
    queueMicrotask(() => {
      for (const one of this.#waiting) {
        if (!one.holds()) continue
        this.#waiting.delete(one)
        one.resolve()
      }
    })
  }
}
