/** The conformance suite of the Transport and Listener contracts, with that of the connections that they make, in both roles. */

import type { Connection, Receiver } from '../connection.js'
import type { Listener, Listening, PeerInfo, Transport } from '../transport.js'
import { check, equal, equalBytes, pattern, rejection } from './assert.js'
import { connectionSuite } from './connection-suite.js'
import {
  type ConnectionCapabilities,
  type ConnectionHarness,
  register,
  type SuiteOptions,
  type TestFunction,
} from './harness.js'
import { Recorder } from './recorder.js'

export interface TransportFactory {
  /** What is tested, for the names of the tests. */
  readonly name: string

  /** The capabilities of the connections, at both ends. */
  readonly capabilities?: ConnectionCapabilities

  /** Whether everything happens on this machine, so that `PeerInfo.local` is true. Default: true. */
  readonly local?: boolean

  /** A listener that will get a free address of its own. */
  listener(): Listener

  /** What dials a listener at work. */
  transport(listening: Listening): Transport
}

/** An accepted connection. */
interface Accepted {
  readonly connection: Connection
  readonly peer: PeerInfo
  readonly recorder: Recorder
}

/** A listener at work that keeps whom it accepts. */
class Door {
  readonly accepted: Accepted[] = []
  #waiting: (() => void)[] = []

  static async open(factory: TransportFactory): Promise<Door & { readonly listening: Listening }> {
    const door = new Door()
    const listening = await factory.listener().listen((connection, peer) => door.#accept(connection, peer))
    return Object.assign(door, { listening })
  }

  /** The accepted connection of that number, once it is there. */
  async entry(index: number): Promise<Accepted> {
    for (;;) {
      const entry = this.accepted[index]
      if (entry) return entry
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #accept(connection: Connection, peer: PeerInfo): Receiver {
    const recorder = new Recorder()
    this.accepted.push({ connection, peer, recorder })
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
    return recorder
  }
}

/** Registers the tests of a transport and its listener, and of their connections, with a test framework's `test` function. */
export function transportSuite(test: TestFunction, factory: TransportFactory, options: SuiteOptions = {}): void {
  const it = (title: string, run: (factory: TransportFactory) => Promise<void>) =>
    register(test, options, factory.name, title, () => run(factory))

  it('T1 opens a connection and says who it is', opens)
  it('T2 keeps two connections apart', keepsApart)
  it('T3 rejects with a code where nobody listens', rejectsNobody)
  it('T4 rejects when it was aborted before', rejectsAborted)
  it('T5 lets an abort after it is open do nothing', ignoresLateAbort)
  it('T6 ends its connections when it stops listening', stops)
  it('T7 resolves when it is stopped twice', stopsTwice)
  it('T8 tells both sides of an end that the accepting side asked for', endsFromInside)
  connectionSuite(
    test,
    { name: factory.name, ...capabilitiesOf(factory), open: (left, right) => connect(factory, left, right) },
    options,
  )
}

async function opens(factory: TransportFactory): Promise<void> {
  const listener = factory.listener()
  check(listener.label !== '', 'a listener has a label')
  const door = await Door.open(factory)
  const transport = factory.transport(door.listening)
  check(transport.label !== '', 'a transport has a label')
  check(door.listening.address !== '', 'a listener at work has an address')
  const { connection, recorder, attached } = await dial(transport)
  equal(attached(), 1, 'calls of attach')
  const { peer, recorder: inside } = await door.entry(0)
  check(peer.address !== '', 'a peer has an address')
  equal(peer.local, factory.local ?? true, 'whether the peer is local')
  connection.write(pattern(100))
  await inside.received(100)
  equalBytes(inside.bytes, pattern(100), 'what was read')
  await door.listening.close()
  await recorder.closed()
}

async function keepsApart(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  const transport = factory.transport(door.listening)
  const first = await dial(transport)
  const one = await door.entry(0)
  const second = await dial(transport)
  const two = await door.entry(1)
  first.connection.write(pattern(10, 1))
  two.connection.write(pattern(20, 2))
  await one.recorder.received(10)
  await second.recorder.received(20)
  equalBytes(one.recorder.bytes, pattern(10, 1), 'what the first wrote')
  equalBytes(second.recorder.bytes, pattern(20, 2), 'what the second read')
  equal(first.recorder.bytesReceived + two.recorder.bytesReceived, 0, 'bytes that strayed')
  await door.listening.close()
}

async function rejectsNobody(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  const transport = factory.transport(door.listening)
  await door.listening.close()
  await neverAttaches((attach) => transport.open(attach), 'opening where nobody listens')
}

async function rejectsAborted(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  const transport = factory.transport(door.listening)
  const before = new AbortController()
  before.abort()
  await neverAttaches((attach) => transport.open(attach, before.signal), 'opening with an aborted signal')
  await abortsWhileOpening(transport)
  await door.listening.close()
}

/** Only where opening takes longer than the call does. */
async function abortsWhileOpening(transport: Transport): Promise<void> {
  const controller = new AbortController()
  let attached = 0
  const opening = transport.open(() => {
    attached++
    return new Recorder()
  }, controller.signal)
  if (attached > 0) return opening
  controller.abort()
  await rejection(opening, 'opening with a signal that aborts meanwhile')
  equal(attached, 0, 'calls of attach after an abort')
}

async function ignoresLateAbort(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  const controller = new AbortController()
  const { connection } = await dial(factory.transport(door.listening), controller.signal)
  const { recorder } = await door.entry(0)
  controller.abort()
  connection.write(pattern(10))
  await recorder.received(10)
  equal(recorder.closes, 0, 'ends after a late abort')
  await door.listening.close()
}

async function stops(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  const transport = factory.transport(door.listening)
  const { recorder } = await dial(transport)
  const inside = await door.entry(0)
  await door.listening.close()
  equal(inside.recorder.closes, 1, 'ends of the accepted connection once close() has resolved')
  await recorder.closed()
  equal(recorder.closes, 1, 'ends of the dialled connection')
  await neverAttaches((attach) => transport.open(attach), 'opening after the listener stopped')
}

async function stopsTwice(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  await Promise.all([door.listening.close(), door.listening.close()])
  await door.listening.close()
}

async function endsFromInside(factory: TransportFactory): Promise<void> {
  const door = await Door.open(factory)
  const { recorder } = await dial(factory.transport(door.listening))
  const inside = await door.entry(0)
  inside.connection.write(pattern(1_000))
  if (inside.connection.close) inside.connection.close()
  else inside.connection.end?.()
  await recorder.closed()
  await inside.recorder.closed()
  equalBytes(recorder.bytes, pattern(1_000), 'what was read before the end')
  equal(recorder.closes + inside.recorder.closes, 2, 'ends told')
  await door.listening.close()
}

/** Opens a connection whose bytes are kept. */
async function dial(
  transport: Transport,
  signal?: AbortSignal,
): Promise<{ connection: Connection; recorder: Recorder; attached: () => number }> {
  const recorder = new Recorder()
  const connections: Connection[] = []
  await transport.open((connection) => {
    connections.push(connection)
    return recorder
  }, signal)
  const connection = connections[0]
  if (!connection) throw new Error('open resolved without a call of attach')
  return { connection, recorder, attached: () => connections.length }
}

async function neverAttaches(
  open: (attach: (connection: Connection) => Receiver) => Promise<void>,
  what: string,
): Promise<void> {
  let attached = 0
  await rejection(
    open(() => {
      attached++
      return new Recorder()
    }),
    what,
  )
  equal(attached, 0, `calls of attach, ${what}`)
}

/** A dialled and an accepted end, for the suite of connections. */
async function connect(factory: TransportFactory, left: Receiver, right: Receiver): Promise<ConnectionHarness> {
  let accept: ((connection: Connection) => void) | undefined
  const accepted = new Promise<Connection>((resolve) => {
    accept = resolve
  })
  const listening = await factory.listener().listen((connection) => {
    accept?.(connection)
    return right
  })
  const dialled: Connection[] = []
  await factory.transport(listening).open((connection) => {
    dialled.push(connection)
    return left
  })
  const connection = dialled[0]
  if (!connection) throw new Error('open resolved without a call of attach')
  return { left: connection, right: await accepted, dispose: () => listening.close() }
}

function capabilitiesOf(factory: TransportFactory): { capabilities?: ConnectionCapabilities } {
  return factory.capabilities === undefined ? {} : { capabilities: factory.capabilities }
}
