/** Listens to what goes over the network, and counts it: which messages there are is all that most of it is read for. */
import { BinaryDecoder, type Compression, FrameDecoder, type Message } from '@syncro/protocol'
import type { World } from '../world/world.js'
import { compression } from './compression.js'
import type { End } from './line.js'

/** Messages of JSON that are read whole: there are few, and what they say is a rare path or is not. */
const readWhole: ReadonlySet<string> = new Set(['upgrade', 'resume', 'resumed', 'error', 'mark'])

interface Parsed {
  readonly cursor?: { readonly since?: number } | null
  readonly good?: boolean
  readonly code?: string
  readonly since?: number
  readonly encoding?: string
}

/** What one end writes. */
interface Tap {
  readonly frames: FrameDecoder
  /** Where the binary encoding was agreed upon. */
  binary?: BinaryDecoder
}

export class Wiretap {
  readonly #world: World
  readonly #taps = new WeakMap<End, Tap>()

  constructor(world: World) {
    this.#world = world
  }

  written(end: End, bytes: Uint8Array): void {
    let tap = this.#taps.get(end)
    if (tap === undefined) {
      tap = { frames: new FrameDecoder() }
      this.#taps.set(end, tap)
    }
    if (end.connection.borders === true) {
      this.#body(end, tap, bytes)
      return
    }
    tap.frames.push(bytes)
    for (let body = tap.frames.next(); body !== undefined; body = tap.frames.next()) this.#body(end, tap, body)
  }

  #body(end: End, tap: Tap, body: Uint8Array): void {
    if (tap.binary === undefined) this.#text(end, tap, body)
    else {
      tap.binary.open(body)
      for (let message = tap.binary.next(); message !== undefined; message = tap.binary.next())
        this.#binary(end, message)
    }
  }

  #binary(end: End, message: Message): void {
    const world = this.#world
    const { type } = message
    world.count(`message ${type}`)
    world.count('binary message')
    if (type === 'digest') world.checks.compared(end.host.address, end.other.host.address, message.oldest)
    if (readWhole.has(type)) this.#read(type, message as Parsed)
    world.note(() => `${end.host.owner} tells ${end.other.host.owner} ${shown(message)}`)
  }

  #text(end: End, tap: Tap, body: Uint8Array): void {
    const world = this.#world
    const type = /^\{"type":"([a-z_-]+)"/.exec(textOf(body.subarray(0, 40)))?.[1] ?? 'unknown'
    world.count(`message ${type}`)
    if (type === 'digest') this.#digest(end, textOf(body.subarray(0, 60)))
    const parsed = readWhole.has(type) ? (JSON.parse(textOf(body)) as Parsed) : {}
    this.#read(type, parsed)
    if (type === 'upgrade') tap.frames.width = 32
    if (parsed.encoding === 'binary') tap.binary = new BinaryDecoder(counted(this.#world))
    world.note(() => `${end.host.owner} tells ${end.other.host.owner} ${textOf(body.subarray(0, 300))}`)
  }

  /** Of a digest only its beginning is read: the rest is long. */
  #digest(end: End, beginning: string): void {
    const oldest = /"oldest":([0-9]+)/.exec(beginning)?.[1]
    if (oldest !== undefined) this.#world.checks.compared(end.host.address, end.other.host.address, Number(oldest))
  }

  #read(type: string, { cursor, good, code, since }: Parsed): void {
    const world = this.#world
    if (cursor !== undefined) world.count(cursor === null ? 'resume without a cursor' : 'resume by cursor')
    if (cursor?.since !== undefined) world.count('resume in the middle of a catch-up')
    if (type === 'mark' && since !== undefined) world.count('mark in the middle of a catch-up')
    if (good === false) world.count('cursor that is not good')
    if (code !== undefined) world.count(`error ${code}`)
  }
}

const decoder = new TextDecoder()

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** A message for the trace. */
function shown(message: Message): string {
  return JSON.stringify(message, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)).slice(0, 300)
}

/** Counts what is deflated. */
function counted(world: World): Compression {
  return {
    ...compression,
    inflate(bytes, most) {
      world.count('rows deflated')
      return compression.inflate(bytes, most)
    },
  }
}
