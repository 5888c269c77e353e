import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { era, Peer } from './peer.js'
import { shown, state, World } from './world.js'

describe('two clients', () => {
  test('exchange what each had before they met', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    a.record('Todo', 'create', '1', { title: 'from a' })
    b.record('Todo', 'create', '2', { title: 'from b' })
    world.join(a, b)
    world.settle()
    expect(shown(a)).toEqual({ '"1"': { title: 'from a' }, '"2"': { title: 'from b' } })
    expect(state(b)).toEqual(state(a))
    expect(a.status).toBe('live')
    expect(b.status).toBe('live')
  })

  test('send each other what happens, live', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    world.join(a, b)
    world.settle()
    a.record('Todo', 'create', 1, { title: 'milk', done: false })
    world.settle()
    b.record('Todo', 'update', 1, { done: true })
    world.settle()
    expect(shown(a)).toEqual({ '1': { done: true, title: 'milk' } })
    b.record('Todo', 'destroy', 1)
    world.settle()
    expect(shown(a)).toEqual({})
    b.record('Todo', 'restore', 1)
    world.settle()
    expect(shown(a)).toEqual({ '1': { done: true, title: 'milk' } })
    expect(state(b)).toEqual(state(a))
  })

  test('catch up by cursor after a break: only what is new travels', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    for (let id = 0; id < 500; id++) a.record('Todo', 'create', id, { title: `todo number ${id}` })
    const first = world.join(a, b)
    world.settle()
    world.cut(first)
    world.settle()
    expect(a.status).toBe('offline')
    a.record('Todo', 'update', 7, { title: 'seven' })
    b.record('Todo', 'update', 8, { title: 'eight' })
    const second = world.join(a, b)
    world.settle()
    expect(state(b)).toEqual(state(a))
    expect(shown(b)['7']).toEqual({ title: 'seven' })
    expect(second.a.writtenBytes).toBeLessThan(2000)
    expect(second.b.writtenBytes).toBeLessThan(2000)
  })

  test('settle two edits of one field alike', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    a.record('Todo', 'create', 1, { title: 'x' })
    world.join(a, b)
    world.settle()
    a.record('Todo', 'update', 1, { title: 'from a' })
    b.record('Todo', 'update', 1, { title: 'from b' })
    world.settle()
    expect(state(b)).toEqual(state(a))
  })

  test('work over connections with message borders', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    a.record('Todo', 'create', 1, { title: 'x' })
    world.join(a, b, { borders: true })
    world.settle()
    b.record('Todo', 'update', 1, { title: 'y' })
    world.settle()
    expect(shown(a)).toEqual({ '1': { title: 'y' } })
    expect(state(b)).toEqual(state(a))
  })

  test('know what is unsent, and that it no longer is', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    a.record('Todo', 'create', 1, { title: 'x' })
    expect(a.unsent()).toEqual([{ name: 'Todo', id: 1, fields: ['title'], life: true }])
    expect(a.syncState('Todo', 1)).toBe('pending')
    world.join(a, b)
    world.settle()
    expect(a.unsent()).toEqual([])
    expect(a.syncState('Todo', 1)).toBe('synced')
  })

  test('are not sent back what came from them, live or in rows; others are sent it', () => {
    const world = new World()
    const [a, other] = [world.client('a'), world.client('other')]
    world.join(other, a)
    const peer = new Peer(world, a).shakeHands()
    peer.send({ type: 'batch', stamp: 5, writer: era, changes: [{ name: 'Todo', id: 1, type: 'create', fields: {} }] })
    peer.send({ type: 'rows', writers: [era], rows: [{ name: 'Todo', id: 2, birth: [6, 0], fields: [] }] }).settle()
    expect([peer.all('batch'), peer.all('rows')]).toEqual([[], []])
    expect(Object.keys(shown(other))).toEqual(['1', '2'])
    a.record('Todo', 'update', 1, { title: 'x' })
    peer.settle()
    expect(peer.all('batch').length).toBe(1)
  })

  test('come to rest: nothing goes back and forth for ever', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    const pair = world.join(a, b)
    world.settle()
    const before = pair.a.writes + pair.b.writes
    a.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    expect(pair.a.writes + pair.b.writes - before).toBeLessThanOrEqual(5)
  })
})

describe('a star, a chain and a ring', () => {
  const shapes: Record<string, (world: World, clients: readonly Syncro[]) => unknown> = {
    star: (world, clients) => clients.slice(1).map((client) => world.join(client, clients[0]!)),
    chain: (world, clients) => clients.slice(1).map((client, at) => world.join(client, clients[at]!)),
    ring: (world, clients) => clients.map((client, at) => world.join(client, clients[(at + 1) % clients.length]!)),
  }
  for (const [shape, join] of Object.entries(shapes)) {
    test(`${shape}: everybody ends with the same, whatever happens when`, () => {
      for (let seed = 1; seed <= 25; seed++) {
        const world = new World(seed)
        const clients = Array.from({ length: 5 }, (_, at) => world.client(`client ${at}`))
        const change = () => {
          const client = clients[world.draw(clients.length)]!
          const id = world.draw(12)
          const known = id.toString() in shown(client)
          const dice = world.draw(10)
          if (!known) client.record('Todo', 'create', id, { title: `t${world.draw(100)}`, done: false })
          else if (dice < 7) client.record('Todo', 'update', id, { [dice % 2 ? 'title' : 'done']: world.draw(5) })
          else if (dice < 9) client.record('Todo', 'destroy', id)
          else client.transact(() => [1, 2].map(() => client.record('Todo', 'update', id, { note: world.draw(9) })))
          world.nowMs += world.draw(3)
        }
        for (let n = 0; n < 10; n++) change()
        join(world, clients)
        for (let n = 0; n < 60; n++) {
          change()
          for (let steps = world.draw(30); steps > 0; steps--) world.step()
        }
        world.settle()
        for (const client of clients) expect(state(client), `seed ${seed}`).toEqual(state(clients[0]!))
        expect(world.reported).toEqual([])
      }
    })
  }
})

describe('a restart', () => {
  test('goes on from the stored cursors on both sides', () => {
    const world = new World()
    const storeA = new MemoryStore({ level: 'disk' })
    const storeB = new MemoryStore({ level: 'disk' })
    let a = world.client('a', { store: storeA })
    const b = world.client('b', { store: storeB })
    for (let id = 0; id < 200; id++) a.record('Todo', 'create', id, { title: `todo number ${id}` })
    const pair = world.join(a, b)
    world.settle()
    world.cut(pair)
    a = world.client('a', { store: storeA.copy() })
    a.record('Todo', 'update', 3, { title: 'after the restart' })
    b.record('Todo', 'update', 4, { title: 'meanwhile' })
    world.join(a, b)
    world.settle()
    expect(state(b)).toEqual(state(a))
    expect(shown(a)['4']).toEqual({ title: 'meanwhile' })
  })
})
