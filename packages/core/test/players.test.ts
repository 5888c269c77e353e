import { describe, expect, test } from 'vitest'
import { type Bindable, bind, type PlayedChange, type Player } from '../src/binding.js'
import { Syncro } from '../src/syncro.js'
import { shown, World } from './world.js'

class Recording implements Player {
  readonly name: string
  readonly played: PlayedChange[] = []

  constructor(name: string) {
    this.name = name
  }

  play(change: PlayedChange): void {
    this.played.push(change)
  }
}

function scene() {
  const world = new World()
  const todos = new Recording('Todo')
  const a = world.client('a', { models: [todos] })
  const b = world.client('b', { models: [] })
  world.join(a, b)
  world.settle()
  return { world, todos, a, b }
}

describe('a player', () => {
  test('is told what others do, as it takes effect: what, to which record, and through whom', () => {
    const { world, todos, b } = scene()
    b.record('Todo', 'create', 1, { title: 'x', done: false })
    b.record('Todo', 'update', 1, { done: true })
    b.record('Todo', 'update', 1, { done: true })
    b.record('Note', 'create', 1, { text: 'of another class' })
    world.settle()
    b.record('Todo', 'destroy', 1)
    b.record('Todo', 'restore', 1)
    world.settle()
    const about = { name: 'Todo', id: 1, uid: 'b' }
    expect(todos.played).toEqual([
      { ...about, type: 'create', data: { title: 'x', done: false } },
      { ...about, type: 'update', data: { done: true } },
      { ...about, type: 'destroy', data: {} },
      { ...about, type: 'create', data: { title: 'x', done: true } },
    ])
  })

  test('is not told what is recorded here, nor what has no effect', () => {
    const { world, todos, a, b } = scene()
    a.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    b.record('Todo', 'update', 1, { title: 'y' })
    a.record('Todo', 'update', 1, { title: 'later' })
    world.nowMs += 1
    world.settle()
    expect(todos.played.filter(({ type }) => type === 'create')).toEqual([])
    expect(shown(a)).toEqual(shown(b))
  })

  test('may record what it likes: that is a change of its own', () => {
    const world = new World()
    const a: Syncro = world.client('a', {
      models: [
        {
          name: 'Todo',
          play: ({ id, type }) => {
            if (type === 'create') a.record('Seen', 'create', id, { by: 'a' })
          },
        },
      ],
    })
    const b = world.client('b')
    world.join(a, b)
    world.settle()
    b.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    expect(shown(b, 'Seen')).toEqual({ '1': { by: 'a' } })
  })

  test('that throws is told the rest of the step, and the error is told', () => {
    const world = new World()
    const told: unknown[] = []
    const a = world.client('a', {
      models: [
        {
          name: 'Todo',
          play: ({ id }) => {
            told.push(id)
            throw new Error(`no ${id}`)
          },
        },
      ],
    })
    const b = world.client('b')
    b.transact(() => [1, 2, 3].map((id) => b.record('Todo', 'create', id, {})))
    world.join(a, b)
    world.settle()
    expect(told).toEqual([1, 2, 3])
    expect(world.reported).toMatchObject([{ message: 'no 1' }, { message: 'no 2' }, { message: 'no 3' }])
    expect(a.status).toBe('live')
  })

  test('is handed dates and bytes of its own', () => {
    const { world, todos, b } = scene()
    b.record('Todo', 'create', 1, { due: new Date(5), photo: Uint8Array.of(1, 2) })
    world.settle()
    const { due, photo } = todos.played[0]!.data as { due: Date; photo: Uint8Array }
    due.setTime(0)
    photo[0] = 9
    b.record('Todo', 'update', 1, { title: 'x' })
    world.settle()
    expect(scene().a).toBeDefined()
    expect(shown(b)['1']).toEqual({ due: new Date(5), photo: Uint8Array.of(1, 2), title: 'x' })
  })
})

describe('a class', () => {
  const bindable = (name: string, log: string[] = []): Bindable<string> => ({
    [bind]: () => ({
      name,
      collection: `the ${name}s`,
      told: (effects) => log.push(effects.map(({ type }) => type).join()),
      release: () => log.push('released'),
    }),
  })

  test('gives its collection to the Syncro that has it, and to no other', () => {
    const Todo = bindable('Todo')
    const world = new World()
    expect(world.client('a', { models: [Todo] }).collection(Todo)).toBe('the Todos')
    expect(() => world.client('b').collection(Todo)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_CLASS_UNKNOWN' }),
    )
  })

  test('is told of each step once, local steps included, when the whole step is there', () => {
    const log: string[] = []
    const world = new World()
    const a = world.client('a', { models: [bindable('Todo', log)] })
    a.transact(() => {
      a.record('Todo', 'create', 1, {})
      a.record('Note', 'create', 1, {})
      a.record('Todo', 'create', 2, {})
    })
    expect(log).toEqual(['created,created'])
  })

  test('whose name is taken, or is none, is refused; those before it are let go', () => {
    const world = new World()
    for (const [name, code] of [
      ['Todo', 'SYNCRO_CLASS_TAKEN'],
      ['__proto__', 'SYNCRO_NAME_INVALID'],
      ['', 'SYNCRO_NAME_INVALID'],
    ] as const) {
      const log: string[] = []
      expect(() => world.client('a', { models: [bindable('Todo', log), bindable(name, log)] })).toThrow(
        expect.objectContaining({ code }),
      )
      expect(log).toEqual(['released', 'released'])
    }
  })

  test('that is neither model nor player is refused with the cure', () => {
    class Plain {}
    const world = new World()
    for (const nothing of [Plain, {}, { name: 'Todo' }, { play: () => undefined }, 'Todo', null, undefined])
      expect(() => world.client('a', { models: [nothing as never] })).toThrow(
        expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_CLASS_INVALID' }),
      )
    expect(() => world.client('a', { models: Plain as never })).toThrow(
      expect.objectContaining({ code: 'SYNCRO_CLASS_INVALID' }),
    )
  })
})

describe('close', () => {
  test('sends and stores what was recorded, ends sessions, links and listeners, and leaves no timers', async () => {
    const world = new World()
    const released: string[] = []
    const a = world.client('a', {
      models: [
        {
          [bind]: () => ({ name: 'Todo', collection: 1, told: () => undefined, release: () => released.push('Todo') }),
        },
      ],
    })
    const b = world.client('b')
    world.join(a, b)
    world.settle()
    let listenersClosed = 0
    const listening = await a.listen({
      label: 'here',
      listen: async () => ({
        address: 'here:1',
        port: 1,
        close: async () => {
          listenersClosed += 1
        },
      }),
    })
    expect([listening.address, listening.port]).toEqual(['here:1', 1])
    const link = a.dial({ label: 'nowhere', open: () => new Promise(() => undefined) })
    await a.ready
    a.record('Todo', 'create', 1, { title: 'last' })
    const statuses: string[] = []
    a.on('changed', () => {
      statuses.push(a.status)
      void a.close()
    })
    const closing = a.close()
    expect(a.status).toBe('closed')
    expect(a.close()).toBe(closing)
    world.settle()
    for (let turn = 0; turn < 20; turn++) await undefined
    // The transport does not answer the abort; it is not waited for without end.
    world.advance(5000)
    await closing
    world.settle()
    expect(shown(b)).toEqual({ '1': { title: 'last' } })
    expect([a.sessions, b.sessions, listenersClosed, link.state, released, world.timers]).toEqual([
      [],
      [],
      1,
      'closed',
      ['Todo'],
      0,
    ])
    expect(new Set(statuses)).toEqual(new Set(['closed']))
    expect(world.reported).toEqual([])
  })

  test('a second time does nothing more', async () => {
    const a = new World().client('a')
    expect(a.close()).toBe(a.close())
    await a.close()
  })

  test('leaves nothing that can be used: each use says so', async () => {
    const world = new World()
    const a = world.client('a')
    await a.close()
    const over = expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_NOT_READY' })
    expect(() => a.record('Todo', 'create', 1, {})).toThrow(over)
    expect(() => a.transact(() => undefined)).toThrow(over)
    expect(() => a.connect('b', world.pair().a)).toThrow(over)
    expect(() => a.accept(world.pair().a)).toThrow(over)
    expect(() => a.dial({ label: 'x', open: async () => undefined })).toThrow(over)
    await expect(
      a.listen({ label: 'x', listen: async () => ({ address: 'x', close: async () => undefined }) }),
    ).rejects.toThrow(over)
    a.disconnect('b')
    expect(world.timers).toBe(0)
  })

  test('while a listener is opening closes it as soon as it is', async () => {
    const a = new World().client('a')
    let closed = 0
    let open: () => void = () => undefined
    const listening = a.listen({
      label: 'x',
      listen: () =>
        new Promise((resolve) => {
          open = () =>
            resolve({
              address: 'x',
              close: async () => {
                closed += 1
              },
            })
        }),
    })
    const refused = expect(listening).rejects.toMatchObject({ code: 'SYNCRO_NOT_READY' })
    await a.ready
    await undefined
    await a.close()
    open()
    await refused
    expect(closed).toBe(1)
  })

  test('before the store is open waits for it', async () => {
    const world = new World()
    let open: () => void = () => undefined
    let closed = 0
    const a = world.client('a', {
      store: {
        level: 'disk',
        open: () =>
          new Promise((resolve) => {
            open = () => resolve(undefined)
          }),
        keep: () => undefined,
        close: () => {
          closed += 1
        },
      },
    })
    const closing = a.close()
    open()
    await closing
    expect(closed).toBe(1)
  })

  test('rejects with the error of what could not be closed, having closed the rest', async () => {
    const world = new World()
    let closed = 0
    const a = world.client('a', {
      store: {
        level: 'disk',
        open: () => undefined,
        keep: () => undefined,
        close: () => {
          closed += 1
        },
      },
    })
    await a.listen({
      label: 'x',
      listen: async () => ({ address: 'x', close: () => Promise.reject(new Error('stuck')) }),
    })
    await expect(a.close()).rejects.toThrow('stuck')
    expect(closed).toBe(1)
  })

  test('forgets listeners that were closed before', async () => {
    const a = new World().client('a')
    let closed = 0
    const listening = await a.listen({
      label: 'x',
      listen: async () => ({
        address: 'x',
        close: async () => {
          closed += 1
        },
      }),
    })
    await listening.close()
    await a.close()
    expect(closed).toBe(1)
  })
})

describe('an error event', () => {
  test('without a listener is thrown on its own, where the platform reports it', () => {
    const tasks: (() => void)[] = []
    const world = new World()
    const { environment } = world.client('x')
    const a = new Syncro({
      uid: 'a',
      models: [],
      environment: { ...environment, timers: { ...environment.timers, soon: (callback) => void tasks.push(callback) } },
    })
    a.on('changed', () => {
      throw new Error('by a listener')
    })
    void a.close()
    return Promise.resolve().then(async () => {
      for (let n = 0; n < 10; n++) await undefined
      expect(tasks.length).toBeGreaterThan(0)
      expect(tasks[0]).toThrow('by a listener')
    })
  })

  test('whose listener throws is not told of that again', () => {
    const world = new World()
    const tasks: (() => void)[] = []
    const { environment } = world.client('x')
    const a = new Syncro({
      uid: 'a',
      models: [
        {
          name: 'Todo',
          play: () => {
            throw new Error('by a player')
          },
        },
      ],
      environment: { ...environment, timers: { ...environment.timers, soon: (callback) => void tasks.push(callback) } },
    })
    a.on('error', () => {
      throw new Error('by a listener for errors')
    })
    a.scriber.replay(
      { stamp: 1, writer: 'c'.repeat(24), changes: [{ name: 'Todo', id: 1, type: 'create' }] },
      'somewhere',
    )
    expect(tasks.map((task) => expect(task).toThrow('by a listener for errors')).length).toBe(1)
  })
})

describe('a warning', () => {
  test('is given once for each code and subject', () => {
    const world = new World()
    const a = world.client('a')
    a.warn('SYNCRO_X', 'one', 'first')
    a.warn('SYNCRO_X', 'one', 'again')
    a.warn('SYNCRO_X', 'two', 'another')
    expect(world.warnings.map(({ message }) => message)).toEqual(['first', 'another'])
  })
})
