/** The traffic that was captured from the gem: vectors/*.json, as data. Their format is told at the top of the Ruby wire notes. */
import { readdirSync, readFileSync } from 'node:fs'
import type { JsonValue } from '@syncro/protocol'

export interface Frame {
  readonly n: number
  /** `server->client`: the names of the peers. */
  readonly dir: string
  /** Counts the sender's connections. */
  readonly conn: number
  readonly hex: string
  readonly json: JsonValue
}

export interface Step {
  readonly peer?: string
  readonly do?: string
  readonly role?: 'server' | 'client'
  readonly class?: string
  readonly record?: string | number
  /** Text where it was too long to be shown. */
  readonly attrs?: Readonly<Record<string, JsonValue>> | string
  readonly size?: number
  /** How many frames had been handed over before it. */
  readonly after_frames: number
}

export type Records = Readonly<Record<string, readonly Readonly<Record<string, JsonValue>>[]>>

export interface Vector {
  readonly scenario: string
  readonly what: string
  readonly frames: readonly Frame[]
  readonly steps: readonly Step[]
  readonly final: Readonly<Record<string, { readonly records: Records }>>
}

const folder = new URL('./vectors/', import.meta.url)

export const scenarios = readdirSync(folder).map((file) => file.replace('.json', ''))

export function vector(scenario: string): Vector {
  return JSON.parse(readFileSync(new URL(`${scenario}.json`, folder), 'utf8'))
}

export function ends({ dir }: Frame): readonly [from: string, to: string] {
  const [from = '', to = ''] = dir.split('->')
  return [from, to]
}

export function bytesOf({ hex }: Frame): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
