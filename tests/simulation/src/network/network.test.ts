import type { Connection, Receiver } from '@syncro/protocol'
import { transportSuite } from '@syncro/protocol/conformance'
import { SeededRandom } from '@syncro/scriber/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { Engine } from '../engine/engine.js'
import { Trace } from '../engine/trace.js'
import type { Line } from './line.js'
import { Network, type NetworkOptions } from './network.js'

const stops: (() => void)[] = []

afterAll(() => {
  for (const stop of stops) stop()
})

/** A network whose time runs by itself, as fast as it can: the suites wait for promises, and for nothing else. */
function running(options: Partial<NetworkOptions>): Network {
  const engine = new Engine(new Trace())
  let isStopped = false
  stops.push(() => {
    isStopped = true
  })
  void engine.run({ done: () => isStopped, idle: 'wait' })
  return new Network({ engine, random: new SeededRandom(1), ...options })
}

const kinds: Readonly<Record<string, Partial<NetworkOptions>>> = {
  'a calm network': {},
  'a slow network that cuts what it carries': { conditions: { largestPiece: 7_000, meanDelayMs: 200 } },
  'a network with message borders': { capabilities: { borders: true } },
  'a network that cannot pause': { capabilities: { drain: false, pause: false } },
}

for (const [name, options] of Object.entries(kinds)) {
  const network = running(options)
  let addresses = 0
  transportSuite(test, {
    name,
    capabilities: network.capabilities,
    listener: () => network.host(`sim://${addresses++}`).listener(),
    transport: ({ address }) => network.host('sim://dials').transport(address),
  })
}

class Ear implements Receiver {
  readonly heard: number[] = []
  readonly ends: (Error | undefined)[] = []

  receive(bytes: Uint8Array): void {
    this.heard.push(...bytes)
  }

  close(cause?: Error): void {
    this.ends.push(cause)
  }
}

interface Scene {
  readonly engine: Engine
  readonly network: Network
  readonly line: Line
  readonly dialled: { readonly connection: Connection; readonly ear: Ear }
  readonly accepted: { readonly connection: Connection; readonly ear: Ear }
}

/** Two machines, `a` that has dialled and `b`, at a time when nothing is under way. */
async function connected(options: Partial<NetworkOptions> = {}): Promise<Scene> {
  const engine = new Engine(new Trace())
  const network = new Network({ engine, random: new SeededRandom(1), ...options })
  const ears = [new Ear(), new Ear()] as const
  const connections: Connection[] = []
  const attach = (ear: Ear) => (connection: Connection) => {
    connections.push(connection)
    return ear
  }
  await network.host('b').listener().listen(attach(ears[1]))
  void network.host('a').transport('b').open(attach(ears[0]))
  await engine.run({})
  const [accepted, dialled] = connections
  return {
    engine,
    network,
    line: network.lines[0]!,
    dialled: { connection: dialled!, ear: ears[0] },
    accepted: { connection: accepted!, ear: ears[1] },
  }
}

const bytes = Uint8Array.from({ length: 100 }, (_, at) => at)

describe('a connection that breaks', () => {
  test('delivers the beginning of what was under way, and tells both ends once', async () => {
    const lengths = new Set<number>()
    for (let seed = 1; seed <= 20; seed++) {
      const { engine, line, dialled, accepted } = await connected({ random: new SeededRandom(seed) })
      dialled.connection.write(bytes)
      line.break({ learns: 'both' })
      await engine.run({})
      expect(accepted.ear.heard).toEqual([...bytes.subarray(0, accepted.ear.heard.length)])
      expect([dialled.ear.ends.length, accepted.ear.ends.length]).toEqual([1, 1])
      lengths.add(accepted.ear.heard.length)
    }
    expect(lengths.size).toBeGreaterThan(10)
  })

  test('loses messages whole where there are borders', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { engine, line, dialled, accepted } = await connected({
        random: new SeededRandom(seed),
        capabilities: { borders: true },
      })
      for (let message = 0; message < 5; message++) dialled.connection.write(bytes.subarray(0, 10))
      line.break({ learns: 'both' })
      await engine.run({})
      expect(accepted.ear.heard.length % 10).toBe(0)
    }
  })

  test('tells an end that does not learn of it when it writes', async () => {
    const { engine, line, dialled, accepted } = await connected()
    line.break({ learns: 'dialled' })
    await engine.run({})
    expect([dialled.ear.ends.length, accepted.ear.ends.length]).toEqual([1, 0])
    accepted.connection.write(bytes)
    await engine.run({})
    expect([dialled.ear.ends.length, accepted.ear.ends.length]).toEqual([1, 1])
  })

  test('tells nobody who writes where nobody is left to tell', async () => {
    const { engine, line, dialled, accepted } = await connected()
    line.break({ learns: 'dialled', tellsWriters: false })
    accepted.connection.write(bytes)
    await engine.run({})
    expect([dialled.ear.ends.length, accepted.ear.ends.length]).toEqual([1, 0])
  })
})

describe('a process that is gone', () => {
  test('writes and hears nothing more; the other end learns of it if the process was killed', async () => {
    for (const how of ['killed', 'silently'] as const) {
      const { engine, line, dialled, accepted } = await connected()
      accepted.connection.write(bytes)
      line.dialled.host.die(how)
      dialled.connection.write(bytes)
      await engine.run({})
      expect([dialled.ear.heard, dialled.ear.ends, accepted.ear.heard]).toEqual([[], [], []])
      expect(accepted.ear.ends.length).toBe(how === 'killed' ? 1 : 0)
    }
  })

  test('is listened for no more at its address', async () => {
    const { engine, network, line } = await connected()
    line.accepted.host.die('killed')
    const dialling = network
      .host('a')
      .transport('b')
      .open(() => new Ear())
    const refused = expect(dialling).rejects.toMatchObject({ code: 'SYNCRO_CONNECTION_REFUSED' })
    await engine.run({})
    await refused
  })
})

describe('a way that is blocked', () => {
  test('holds what is under way until it is free, in that direction only', async () => {
    const { engine, network, dialled, accepted } = await connected()
    const free = network.block('a', 'b')
    dialled.connection.write(bytes)
    accepted.connection.write(bytes)
    await engine.run({})
    expect([dialled.ear.heard.length, accepted.ear.heard.length]).toEqual([100, 0])
    free()
    free()
    await engine.run({})
    expect(accepted.ear.heard).toEqual([...bytes])
  })

  test('stays blocked until everybody who blocked it has freed it', async () => {
    const { network } = await connected()
    const [first, second] = [network.block('a', 'b'), network.block('a', 'b')]
    first()
    first()
    expect(network.isBlocked('a', 'b')).toBe(true)
    second()
    expect(network.isBlocked('a', 'b')).toBe(false)
  })

  test('lets dialling wait, and fail in the end', async () => {
    const { engine, network } = await connected()
    const free = network.block('b', 'a')
    const dial = () =>
      network
        .host('a')
        .transport('b')
        .open(() => new Ear())
    const fails = expect(dial()).rejects.toMatchObject({ code: 'SYNCRO_CONNECT_TIMEOUT' })
    await engine.run({})
    await fails
    const succeeds = dial()
    await engine.run({ untilMs: engine.nowMs + 1_000 })
    free()
    await engine.run({})
    await succeeds
  })
})

describe('a slow reader', () => {
  test('makes the writer pause, and gets everything in its own time', async () => {
    const { engine, network, dialled, accepted } = await connected({ conditions: { highWaterBytes: 150 } })
    network.setSpeed('b', 100)
    const began = engine.nowMs
    expect([dialled.connection.write(bytes), dialled.connection.write(bytes)]).toEqual([true, false])
    let drainedMs = 0
    dialled.connection.once?.('drain', () => {
      drainedMs = engine.nowMs - began
    })
    await engine.run({})
    expect(accepted.ear.heard.length).toBe(200)
    expect(drainedMs).toBeGreaterThan(1_000)
    // It reads a tenth of a second's worth at a time, and what it read last takes no time after.
    expect(engine.nowMs - began).toBeGreaterThan(1_900)
  })
})

describe('a network with message borders', () => {
  test('repeats messages now and then, never more than once in a row', async () => {
    const { engine, dialled, accepted } = await connected({
      capabilities: { borders: true },
      conditions: { repeatChance: 0.5 },
    })
    for (let message = 0; message < 100; message++) dialled.connection.write(Uint8Array.of(message))
    await engine.run({})
    const { heard } = accepted.ear
    expect(new Set(heard).size).toBe(100)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
    for (let at = 2; at < heard.length; at++) expect(heard[at]).not.toBe(heard[at - 2])
    expect(heard.length).toBeGreaterThan(120)
  })
})
