/** A client under test with an honest session that is to stay well, and hostile connections beside it. */
import type { Authenticate, Session, Syncro } from '@syncro/core'
import type { Connection } from '@syncro/protocol'
import type { ConnectionPair, PairEnd } from '@syncro/protocol/testing'
import { MemoryStore } from '@syncro/scriber'
import { SlowStore } from '@syncro/scriber/testing'
import { shown, World } from '../../packages/core/test/world.js'
import type { Setting } from './session-setting.js'

export const hostileUid = 'hostile'

export interface Hostile {
  readonly pair: ConnectionPair
  /** What it read last. */
  heard: Uint8Array
  readonly session: Session
}

const judges: Readonly<Record<Setting['authenticate'], Authenticate | undefined>> = {
  nobody: undefined,
  yes: () => true,
  'yes, later': () => Promise.resolve(true),
  no: () => false,
  'no, later': () => Promise.resolve(false),
  throws: () => {
    throw new Error('no judge')
  },
  rejects: () => Promise.reject(new Error('no judge')),
  never: () => new Promise<boolean>(() => undefined),
}

export class Scene {
  readonly setting: Setting
  readonly world: World
  readonly server: Syncro
  readonly friend: Syncro
  readonly hostiles: Hostile[] = []
  /** The session of the honest two, from either end. */
  honestSessions: readonly Session[] = []
  /** How many timers wait where there are no hostile sessions, and whether there is one for changes that are held back. */
  timers = 0
  hasHeld = false
  /** Whoever we dial tells us the time, and anybody, once, that our ledger is a copy: a client that heeds that ends its sessions, to be dialled again. */
  isCopied = false
  readonly #store: SlowStore | undefined
  /** What the honest two wrote into a class that is theirs alone. */
  readonly #honest: Record<string, { readonly n: number }> = {}
  /** … save those that a hostile client had and says it has no more: that is another way to destroy. */
  readonly #gone = new Set<unknown>()
  #written = 0

  private constructor(setting: Setting, seed: number) {
    this.setting = setting
    this.world = new World(seed)
    const memory = new MemoryStore({ level: 'disk' })
    this.#store = setting.store === 'slow' ? new SlowStore(memory) : undefined
    const store = this.#store ?? (setting.store === 'memory' ? memory : undefined)
    this.server = this.world.client('server', { limits: setting.limits, ...(store === undefined ? {} : { store }) })
    this.friend = this.world.client('friend')
    for (const syncro of [this.server, this.friend]) {
      syncro.on('held', () => {
        this.hasHeld = true
      })
      syncro.on('copied', () => {
        this.isCopied = true
      })
      syncro.on('gone', ({ name, id }) => name === 'Honest' && this.#gone.add(id))
    }
  }

  static async open(setting: Setting, seed: number): Promise<Scene> {
    const scene = new Scene(setting, seed)
    await scene.server.ready
    scene.join()
    for (const by of ['server', 'friend', 'server', 'friend'] as const) scene.change(by)
    await scene.settle()
    scene.timers = scene.world.timers
    return scene
  }

  /** Connects the honest two. */
  join(): void {
    this.world.join(this.friend, this.server)
    this.honestSessions = [this.server.sessions.at(-1)!, this.friend.sessions.at(-1)!]
  }

  /** A hostile connection, and the session that the client under test has over it. */
  connect(): void {
    const { role, authenticate, borders, highWaterBytes } = this.setting
    const pair = this.world.pair({ borders, highWaterBytes })
    const connection = connectionOver(pair.b, this.setting)
    const judge = judges[authenticate]
    const options = {
      ...(judge === undefined ? {} : { authenticate: judge }),
      ...(role === 'accepts uid' ? { uid: hostileUid } : {}),
    }
    const session =
      role === 'dials' ? this.server.connect(hostileUid, connection) : this.server.accept(connection, options)
    const hostile: Hostile = { pair, session, heard: new Uint8Array() }
    pair.a.attach({
      receive: (bytes) => {
        hostile.heard = bytes.slice()
      },
      close: () => undefined,
    })
    pair.b.attach({ receive: (bytes) => session.receive(bytes), close: (cause) => session.close(cause) })
    this.hostiles.push(hostile)
  }

  /** One of the honest two changes something of its own, and something that everybody may write. */
  change(by: 'server' | 'friend'): void {
    const syncro = this[by]
    const n = ++this.#written
    const id = `${by} ${n % 3}`
    syncro.record('Todo', 'create', n % 5, { title: `${by} ${n}`, done: false })
    if (this.#gone.has(id)) return
    syncro.record('Honest', id in this.#honest ? 'update' : 'create', id, { n })
    this.#honest[id] = { n }
  }

  /** Everything that is under way arrives, and is stored. */
  async settle(): Promise<void> {
    this.world.settle()
    for (let turn = 0; turn < 8 || this.server.scriber.stored < this.server.scriber.kept; turn++) {
      if (turn > 10_000) throw new Error('the store does not come to rest')
      await this.#store?.release()
      await undefined
      this.world.settle()
    }
  }

  /** What should be there of the class that no hostile script names, and what is, here and there. */
  honest(): { readonly expected: unknown; readonly server: unknown; readonly friend: unknown } {
    const kept = Object.entries(this.#honest).filter(([id]) => !this.#gone.has(id))
    const entries = kept.map(([id, fields]) => [JSON.stringify(id), fields])
    return {
      expected: Object.fromEntries(entries),
      server: shown(this.server, 'Honest'),
      friend: shown(this.friend, 'Honest'),
    }
  }
}

/** A connection of the hand-flushed kind that fails as the setting wants it. */
function connectionOver(end: PairEnd, { write, close, pauses, borders }: Setting): Connection {
  let writes = 0
  return {
    borders,
    write(bytes) {
      if (write === 'well' || ++writes < 4) return end.write(bytes)
      if (write === 'throws') throw new Error('a write that throws')
      return Promise.reject(new Error('a write that rejects'))
    },
    once: (event, listener) => end.once(event, listener),
    close() {
      end.close()
      if (close === 'throws') throw new Error('a close that throws')
      return close === 'rejects' ? Promise.reject(new Error('a close that rejects')) : undefined
    },
    ...(pauses ? { pause: () => end.pause(), resume: () => end.resume() } : {}),
  }
}
