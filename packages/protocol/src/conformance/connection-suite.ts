/** The conformance suite of the Connection contract. Each test runs in both directions. */

import type { Connection } from '../connection.js'
import { check, equal, equalBytes, pattern } from './assert.js'
import {
  type ConnectionFactory,
  type ConnectionHarness,
  register,
  type SuiteOptions,
  type TestFunction,
} from './harness.js'
import { Recorder } from './recorder.js'

const LARGE = 1_048_576

/** Where a connection with `drain` must have asked for a pause at the latest. */
const MOST_UNASKED = 64 * LARGE

/** One end under test: it writes, the other reads. */
interface Side {
  readonly connection: Connection
  readonly recorder: Recorder
}

interface Scene {
  readonly writer: Side
  readonly reader: Side

  /** Lets bytes through where that is done by hand, then waits. */
  settle(wait: Promise<void>): Promise<void>
}

/**
 * Registers the tests of the Connection contract with a test framework's `test` function. A connection under test has `close` or `end`; the other
 * capabilities are as its factory's manifest says.
 */
export function connectionSuite(test: TestFunction, factory: ConnectionFactory, options: SuiteOptions = {}): void {
  const capabilities = factory.capabilities ?? {}
  const it = (title: string, run: (scene: Scene) => Promise<void>) => {
    register(test, options, factory.name, title, async () => {
      await inScene(factory, false, run)
      await inScene(factory, true, run)
    })
  }

  it('C1 delivers what was written, once and in order', deliversInOrder)
  it('C2 delivers 1 MiB that was written at once', deliversMuch)
  it('C3 leaves the written array as it was', leavesTheArray)
  it('C4 delivers what was written before the end, then tells both receivers once', endsInOrder)
  it('C5 ignores writes and ends after the end', ignoresLateCalls)
  it('C6 may be ended while it delivers', endsWhileDelivering)
  it('C7 carries both directions at once', carriesBothWays)
  it('C8 says truly whether it keeps borders', async ({ writer, reader }) => {
    const borders = capabilities.borders ?? false
    equal(writer.connection.borders ?? false, borders, 'borders of the writing end')
    equal(reader.connection.borders ?? false, borders, 'borders of the reading end')
  })
  if (capabilities.borders) it('C9 delivers each write as one message', keepsBorders)
  if (capabilities.drain) it('C10 asks for a pause when it is full, and tells when to go on', drains)
  if (capabilities.pause) it('C11 delivers everything after a pause', pauses)
}

async function deliversInOrder({ writer, reader, settle }: Scene): Promise<void> {
  const bytes = pattern(10_000)
  for (let start = 0; start < bytes.length; start += 97) writer.connection.write(bytes.subarray(start, start + 97))
  await settle(reader.recorder.received(bytes.length))
  equalBytes(reader.recorder.bytes, bytes, 'what was read')
}

async function deliversMuch({ writer, reader, settle }: Scene): Promise<void> {
  const bytes = pattern(LARGE)
  writer.connection.write(bytes)
  await settle(reader.recorder.received(bytes.length))
  equalBytes(reader.recorder.bytes, bytes, 'what was read')
}

async function leavesTheArray({ writer, reader, settle }: Scene): Promise<void> {
  const bytes = pattern(1_000, 5)
  writer.connection.write(bytes)
  writer.connection.write(bytes)
  await settle(reader.recorder.received(2_000))
  equalBytes(bytes, pattern(1_000, 5), 'the written array')
  equalBytes(reader.recorder.bytes.subarray(1_000), bytes, 'what was read of the second write')
}

async function endsInOrder({ writer, reader, settle }: Scene): Promise<void> {
  const bytes = pattern(200_000)
  writer.connection.write(bytes)
  endOf(writer.connection)
  await settle(reader.recorder.closed())
  await settle(writer.recorder.closed())
  equalBytes(reader.recorder.bytes, bytes, 'what was read before the end')
  toldOnce(reader)
  toldOnce(writer)
  equal(reader.recorder.cause, undefined, "the cause of an end in order, at the reader's")
}

async function ignoresLateCalls({ writer, reader, settle }: Scene): Promise<void> {
  endOf(writer.connection)
  writer.connection.write(pattern(10))
  endOf(writer.connection)
  await settle(reader.recorder.closed())
  await settle(writer.recorder.closed())
  writer.connection.write(pattern(10))
  reader.connection.write(pattern(10))
  endOf(writer.connection)
  endOf(reader.connection)
  await settle(Promise.resolve())
  equal(reader.recorder.bytesReceived, 0, 'bytes read of a write after the end')
  toldOnce(reader)
  toldOnce(writer)
}

async function endsWhileDelivering({ writer, reader, settle }: Scene): Promise<void> {
  reader.recorder.onReceive = () => endOf(reader.connection)
  writer.connection.write(pattern(10))
  await settle(reader.recorder.closed())
  await settle(writer.recorder.closed())
  toldOnce(reader)
  toldOnce(writer)
}

async function carriesBothWays({ writer, reader, settle }: Scene): Promise<void> {
  const there = pattern(50_000, 1)
  const back = pattern(50_000, 2)
  for (let start = 0; start < there.length; start += 5_000) {
    writer.connection.write(there.subarray(start, start + 5_000))
    reader.connection.write(back.subarray(start, start + 5_000))
  }
  await settle(reader.recorder.received(there.length))
  await settle(writer.recorder.received(back.length))
  equalBytes(reader.recorder.bytes, there, 'what went there')
  equalBytes(writer.recorder.bytes, back, 'what came back')
}

async function keepsBorders({ writer, reader, settle }: Scene): Promise<void> {
  const sizes = [1, 2, 65_535, 65_536, 70_000, 3]
  for (const size of sizes) writer.connection.write(pattern(size, size))
  await settle(reader.recorder.received(sizes.reduce((sum, size) => sum + size)))
  equal(reader.recorder.messages.length, sizes.length, 'messages')
  sizes.forEach((size, index) => {
    equalBytes(reader.recorder.messages[index] ?? new Uint8Array(0), pattern(size, size), `message ${index}`)
  })
}

async function drains({ writer, reader, settle }: Scene): Promise<void> {
  const { connection } = writer
  check(typeof connection.once === 'function', 'a connection that drains has once()')
  const bytes = pattern(65_536)
  let written = 0
  let full = false
  while (!full && written < MOST_UNASKED) {
    full = connection.write(bytes) === false
    written += bytes.length
  }
  check(full, `write returns false before ${MOST_UNASKED} bytes are under way`)
  await settle(new Promise<void>((resolve) => connection.once?.('drain', resolve)))
  await settle(reader.recorder.received(written))
  equal(reader.recorder.bytesReceived, written, 'bytes read')
}

async function pauses({ writer, reader, settle }: Scene): Promise<void> {
  const { connection } = reader
  check(
    typeof connection.pause === 'function' && typeof connection.resume === 'function',
    'it has pause() and resume()',
  )
  const bytes = pattern(LARGE, 3)
  connection.pause?.()
  writer.connection.write(bytes)
  await settle(Promise.resolve())
  connection.resume?.()
  await settle(reader.recorder.received(bytes.length))
  equalBytes(reader.recorder.bytes, bytes, 'what was read after the pause')
}

async function inScene(
  factory: ConnectionFactory,
  swapped: boolean,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const left = new Recorder()
  const right = new Recorder()
  const harness = await factory.open(left, right)
  const sides = [
    { connection: harness.left, recorder: left },
    { connection: harness.right, recorder: right },
  ] as const
  const [writer, reader] = swapped ? [sides[1], sides[0]] : sides
  try {
    await run({ writer, reader, settle: (wait) => settle(harness, wait) })
    equal(left.late + right.late, 0, 'deliveries after the end')
  } finally {
    await harness.dispose()
  }
}

function settle(harness: ConnectionHarness, wait: Promise<void>): Promise<void> {
  harness.deliver?.()
  return wait
}

function toldOnce(side: Side): void {
  equal(side.recorder.closes, 1, 'how often a receiver was told of the end')
}

function endOf(connection: Connection): void {
  if (connection.close) connection.close()
  else connection.end?.()
}
