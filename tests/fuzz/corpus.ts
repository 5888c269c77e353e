/** What is spoilt: every golden frame of PROTOCOL.md, messages that the protocol's own generators make, and what once broke something. */
import { readdirSync, readFileSync } from 'node:fs'
import { encodeMessage, encodeV1 } from '@syncro/protocol'
import type { SeededRandom } from '@syncro/scriber/testing'
import fc from 'fast-check'
import { message, v1Message } from '../../packages/protocol/test/arbitraries.js'
import { BinarySession } from '../../packages/protocol/test/binary-session.js'
import { type Node, treeOf } from './json-tree.js'

export interface Sample {
  readonly body: Uint8Array
  readonly tree: Node
}

/** The samples of each version. */
export interface Corpus {
  readonly v1: readonly Sample[]
  readonly v2: readonly Sample[]
}

/** Something that once broke: see crashers/README.md. */
export interface Crasher {
  readonly name: string
  readonly target: string
  readonly bytes: Uint8Array
}

const protocolText = readFileSync(new URL('../../packages/protocol/PROTOCOL.md', import.meta.url), 'utf8')
const crashersFolder = new URL('./crashers/', import.meta.url)

/** Longer ones would only make the run slower: what is long is made by the mutators. */
const longestSample = 2_000
const generated = 250

/** Every code that reading may end with: those of section 7. */
export const readingCodes: ReadonlySet<string> = new Set(
  /## 7\.[\s\S]*?\n## 8\./.exec(protocolText)?.[0].match(/SYNCRO_[A-Z_]+/g),
)

export function corpusOf(seed: number): Corpus {
  const made = { seed, numRuns: generated }
  return {
    v1: [...golden('v1'), ...samplesOf(fc.sample(v1Message, made).map(encodeV1))],
    v2: [...golden('v2'), ...samplesOf(fc.sample(message, made).map(encodeMessage))],
  }
}

/** Bodies of the binary encoding: one message or some, with what has to be told before. */
export function binaryBodies(seed: number): Uint8Array[] {
  const bodies = fc.sample(fc.array(message, { minLength: 1, maxLength: 3 }), { seed, numRuns: generated })
  return bodies.map((messages) => {
    const session = new BinarySession()
    return Buffer.concat(messages.map((one) => session.encode(one)))
  })
}

export function crashers(): Crasher[] {
  const names = readdirSync(crashersFolder).filter((name) => name.endsWith('.txt'))
  return names.sort().map((name) => {
    const [target = '', ...hex] = readFileSync(new URL(name, crashersFolder), 'utf8').split('\n')
    return { name, target, bytes: Buffer.from(hex.join('').replaceAll(/\s/g, ''), 'hex') }
  })
}

/** A sample of either version, mostly of the one asked for. */
export function sampleOf(corpus: Corpus, version: keyof Corpus, random: SeededRandom): Sample {
  const other = version === 'v1' ? 'v2' : 'v1'
  return random.pick(corpus[random.chance(0.95) ? version : other])
}

/** The types of messages in samples. */
export function typesIn(samples: readonly Sample[]): Set<string> {
  return new Set(samples.map(({ body }) => JSON.parse(Buffer.from(body).toString()).type as string))
}

function golden(version: string): Sample[] {
  const examples = protocolText.matchAll(/```json (v1|v2)\n([\s\S]*?)\n```/g)
  return samplesOf(
    [...examples].flatMap(([, of, json = '']) => (of === version ? [Buffer.from(json.replaceAll(/\n */g, ''))] : [])),
  )
}

function samplesOf(bodies: readonly Uint8Array[]): Sample[] {
  return bodies
    .filter((body) => body.length <= longestSample)
    .map((body) => ({ body, tree: treeOf(JSON.parse(Buffer.from(body).toString())) }))
}
