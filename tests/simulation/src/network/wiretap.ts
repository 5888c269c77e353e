/** Listens to what goes over the network, and counts it: which messages there are is all that most of it is read for. */
import { FrameDecoder } from '@syncro/protocol'
import type { World } from '../world/world.js'
import type { End } from './line.js'

/** Messages that are read whole: there are few, and what they say is a rare path or is not. */
const readWhole: ReadonlySet<string> = new Set(['resume', 'resumed', 'error', 'mark'])

interface Parsed {
  readonly cursor?: { readonly since?: number } | null
  readonly good?: boolean
  readonly code?: string
  readonly since?: number
}

export class Wiretap {
  readonly #world: World
  readonly #decoders = new WeakMap<End, FrameDecoder>()

  constructor(world: World) {
    this.#world = world
  }

  written(end: End, bytes: Uint8Array): void {
    if (end.connection.borders === true) {
      this.#message(end, bytes)
      return
    }
    let decoder = this.#decoders.get(end)
    if (decoder === undefined) {
      decoder = new FrameDecoder()
      this.#decoders.set(end, decoder)
    }
    decoder.push(bytes)
    for (let body = decoder.next(); body !== undefined; body = decoder.next())
      if (this.#message(end, body) === 'upgrade') decoder.width = 32
  }

  #message(end: End, body: Uint8Array): string {
    const { world } = { world: this.#world }
    const type = /^\{"type":"([a-z_-]+)"/.exec(textOf(body.subarray(0, 40)))?.[1] ?? 'unknown'
    world.count(`message ${type}`)
    if (type === 'digest') this.#digest(end, textOf(body.subarray(0, 60)))
    if (readWhole.has(type)) this.#read(type, JSON.parse(textOf(body)) as Parsed)
    world.note(() => `${end.host.owner} tells ${end.other.host.owner} ${textOf(body.subarray(0, 300))}`)
    return type
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
