/** Breaks, restarts and slow readers, drawn from a seed; after each event what was promised is checked, and at rest all are equal. */
import type { ConnectionPair } from '@syncro/protocol/testing'
import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { shown, state, World } from './world.js'

interface Seat {
  readonly uid: string
  readonly store: MemoryStore | undefined
  syncro: Syncro
}

class Story {
  readonly world: World
  readonly seats: Seat[]
  readonly edges: readonly (readonly [number, number])[]
  readonly open = new Map<number, ConnectionPair>()
  cuts = 0
  restarts = 0

  constructor(seed: number, edges: readonly (readonly [number, number])[]) {
    this.world = new World(seed)
    this.edges = edges
    const size = Math.max(...edges.flat()) + 1
    this.seats = Array.from({ length: size }, (_, at) => {
      const store = this.world.draw(4) === 0 ? undefined : new MemoryStore({ level: 'disk' })
      const uid = `client ${at}`
      return { uid, store, syncro: this.#start(uid, store) }
    })
  }

  change(): void {
    const { syncro } = this.seats[this.world.draw(this.seats.length)]!
    const id = this.world.draw(10)
    const dice = this.world.draw(12)
    const table = syncro.scriber.ledger.findTable('Todo')
    const slot = table?.slot(id)
    const lives = slot !== undefined && table!.lives(slot)
    if (!lives) {
      const isDestroyed = slot !== undefined && table!.destroy(slot) >= 0
      if (dice < 4 && isDestroyed && table!.columns.get('title')?.has(slot)) syncro.record('Todo', 'restore', id)
      else syncro.record('Todo', 'create', id, { title: `t${this.world.draw(100)}`, done: false })
    } else if (dice < 6) syncro.record('Todo', 'update', id, { title: `t${this.world.draw(1000)}` })
    else if (dice < 8)
      syncro.record('Todo', 'update', id, {
        done: this.world.draw(2) === 1,
        [`extra${this.world.draw(3)}`]: [this.world.draw(9)],
      })
    else if (dice < 10) syncro.record('Todo', 'destroy', id)
    else {
      syncro.transact(() => {
        syncro.record('Todo', 'destroy', id)
        syncro.record('Todo', 'create', id, { title: 'anew' })
        syncro.record('Note', 'create', `note ${this.world.draw(5)}`, { about: id })
      })
    }
    this.world.nowMs += this.world.draw(3)
  }

  toggle(edge: number): void {
    const pair = this.open.get(edge)
    if (pair === undefined) this.connect(edge)
    else {
      this.cuts += 1
      this.world.cut(pair)
      this.open.delete(edge)
    }
  }

  connect(edge: number): void {
    const [from, to] = this.edges[edge]!
    this.open.set(edge, this.world.join(this.seats[from]!.syncro, this.seats[to]!.syncro))
  }

  restart(at: number): void {
    const seat = this.seats[at]!
    if (seat.store === undefined) return
    this.restarts += 1
    for (const [edge, [from, to]] of this.edges.entries())
      if ((from === at || to === at) && this.open.has(edge)) this.toggle(edge)
    seat.syncro = this.#start(seat.uid, seat.store)
  }

  /** Whatever a stored cursor covers is here: each of their rows up to it is as new here as there. */
  checkCursors(): void {
    for (const reader of this.seats) {
      const view = state(reader.syncro) as Record<
        string,
        { fields: Record<string, [unknown, number]>; birth?: { stamp: number }; destroy?: { stamp: number } }
      >
      for (const writer of this.seats) {
        const cursor = cursorInto(reader.syncro, writer.syncro)
        if (cursor === undefined || !writer.syncro.scriber.isGood(cursor)) continue
        const { ledger } = writer.syncro.scriber
        for (const table of ledger.tables())
          for (let slot = 0; slot < table.end; slot++) {
            if (table.id(slot) === undefined || ledger.order.position(table.row(slot)) > cursor.position) continue
            const here = view[`${table.name} ${JSON.stringify(table.id(slot))}`]
            const destroyHere = here?.destroy?.stamp ?? -1
            const lacks = (what: string) => {
              throw new Error(
                `${reader.uid} lacks ${what} of ${table.name} ${table.id(slot)} at ${writer.uid}, which its cursor covers`,
              )
            }
            if (here === undefined) throw lacks('all')
            if ((here.birth?.stamp ?? -1) < table.birth(slot)) lacks('the birth')
            if (destroyHere < table.destroy(slot)) lacks('the destroy')
            for (const column of table.columns.values()) {
              if (!column.has(slot) || !table.counts(slot, column.stamp(slot), column.writer(slot))) continue
              if ((here.fields[column.name]?.[1] ?? destroyHere) < column.stamp(slot)) lacks(column.name)
            }
          }
      }
    }
  }

  #start(uid: string, store: MemoryStore | undefined): Syncro {
    const limits = {
      chunkBytes: this.world.draw(2) === 0 ? 300 : 64 * 1024,
      maxQueuedBytes: this.world.draw(2) === 0 ? 500 : 1024 * 1024,
      writeBytes: 200,
    }
    return this.world.client(uid, { ...(store === undefined ? undefined : { store }), limits })
  }
}

function cursorInto(reader: Syncro, writer: Syncro) {
  for (const session of reader.sessions)
    if (session.replica?.ledger === writer.scriber.ledgerId) return session.replica.cursor
  return undefined
}

const shapes = {
  pair: [[0, 1]],
  star: [
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
  ],
  chain: [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
  ring: [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 0],
  ],
  mesh: [
    [0, 1],
    [0, 2],
    [1, 2],
    [3, 0],
    [3, 1],
  ],
} as const

const seeds = Number(process.env['SYNCRO_SEEDS'] ?? (process.env['CI'] === undefined ? 10 : 150))

describe('whatever breaks', () => {
  for (const [shape, edges] of Object.entries(shapes)) {
    test(`${shape}: cursors never run ahead of data, and all end equal`, () => {
      let cuts = 0
      let restarts = 0
      for (let seed = 1; seed <= seeds; seed++) {
        const story = new Story(seed * 7919, edges)
        for (let event = 0; event < 80; event++) {
          const dice = story.world.draw(20)
          if (dice < 12) story.change()
          else if (dice < 18) story.toggle(story.world.draw(edges.length))
          else story.restart(story.world.draw(story.seats.length))
          for (let steps = story.world.draw(25); steps > 0; steps--) story.world.step()
          if (event % 4 === 0) story.checkCursors()
        }
        for (const [edge] of edges.entries()) if (!story.open.has(edge)) story.connect(edge)
        story.world.settle()
        story.checkCursors()
        const [first, ...others] = story.seats
        for (const other of others)
          expect(state(other.syncro), `seed ${seed}, ${other.uid}`).toEqual(state(first!.syncro))
        for (const { syncro } of story.seats) {
          expect(syncro.status, `seed ${seed}`).toBe('live')
          const expected = Object.keys(shown(syncro)).length
          expect(syncro.scriber.ledger.findTable('Todo')?.living ?? 0, `seed ${seed}`).toBe(expected)
        }
        expect(story.world.reported, `seed ${seed}`).toEqual([])
        for (const { store, syncro } of story.seats) {
          if (store === undefined) continue
          expect(
            state(story.world.client(syncro.uid, { store: store.copy() })),
            `seed ${seed}: the store of ${syncro.uid}`,
          ).toEqual(state(syncro))
        }
        cuts += story.cuts
        restarts += story.restarts
      }
      expect(cuts).toBeGreaterThan(seeds)
      expect(restarts).toBeGreaterThan(seeds / 2)
    }, 300_000)
  }
})
