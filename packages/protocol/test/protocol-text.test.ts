/** PROTOCOL.md is normative: its examples are read here, and each byte is checked. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decodeMessage, decodeV1, encodeFrame, encodeMessage, encodeV1, FrameDecoder } from '@syncro/protocol'
import { describe, expect, test } from 'vitest'
import * as limits from '../src/limits.js'
import { BinarySession } from './binary-session.js'

interface Example {
  readonly version: 'v1' | 'v2'
  readonly json: string
  readonly hex: string
  readonly type: string
}

const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')

const examples = [...text.matchAll(/```json (v1|v2)\n([\s\S]*?)\n```\n\n```hex\n([\s\S]*?)\n```/g)].map(
  ([, version, json = '', hex = '']): Example => {
    const joined = json.replaceAll(/\n */g, '')
    return {
      version: version === 'v1' ? 'v1' : 'v2',
      json: joined,
      hex: hex.replaceAll(/\s/g, ''),
      type: JSON.parse(joined).type,
    }
  },
)

/** Bodies of the binary encoding, which follow one another in one session. */
const binaryExamples = [...text.matchAll(/```json binary\n([\s\S]*?)\n```\n\n```hex\n([\s\S]*?)\n```/g)].map(
  ([, json = '', hex = '']) => ({
    messages: json.split(/\n(?=\{"type")/).map((one) => decodeMessage(Buffer.from(one.replaceAll(/\n */g, '')))),
    hex: hex.replaceAll(/\s/g, ''),
  }),
)

const widths = { v1: 16, v2: 32 } as const

/** Reads a body and writes what was read. */
function again(version: 'v1' | 'v2', body: Uint8Array): Uint8Array {
  if (version === 'v2') return encodeMessage(decodeMessage(body))
  const message = decodeV1(body)
  if (message.type === 'unknown') throw new Error('an example that version 1 does not know')
  return encodeV1(message)
}

test('every message has an example', () => {
  const typesOf = (version: string) => new Set(examples.filter((one) => one.version === version).map((one) => one.type))
  expect(typesOf('v1')).toEqual(new Set(['noop', 'sync', 'add_scribe', 'response', 'error', 'rpc', 'hello', 'upgrade']))
  expect(typesOf('v2')).toEqual(
    new Set([
      'resume',
      'resumed',
      'digest',
      'batch',
      'catch-up',
      'rows',
      'caught-up',
      'mark',
      'ack',
      'ping',
      'pong',
      'error',
    ]),
  )
  expect(new Set(binaryExamples.flatMap(({ messages }) => messages.map(({ type }) => type)))).toEqual(typesOf('v2'))
  expect(text.match(/```(json|hex)/g)).toHaveLength((examples.length + binaryExamples.length) * 2)
})

test('N1-N20 the bytes of the binary encoding are those of the examples, and are read as their messages', () => {
  const writing = new BinarySession()
  const reading = new BinarySession()
  for (const { messages, hex } of binaryExamples) {
    const body = Buffer.from(messages.flatMap((message) => [...writing.encode(message)]))
    expect(body.toString('hex')).toBe(hex)
    expect(reading.decode(Buffer.from(hex, 'hex'))).toEqual(messages)
  }
})

describe.each(examples)('$version $type: $json', ({ version, json, hex }) => {
  test('F1 its bytes are the length of the body and the body', () => {
    const decoder = new FrameDecoder({ width: widths[version] })
    decoder.push(Buffer.from(hex, 'hex'))
    expect(Buffer.from(decoder.next() ?? []).toString()).toBe(json)
    decoder.end()
  })

  test('what is read of it is written as the same bytes', () => {
    const frame = encodeFrame(again(version, Buffer.from(json)), widths[version])
    expect(Buffer.from(frame).toString('hex')).toBe(hex)
  })
})

test('the sample session is made of messages as they are sent', () => {
  const session = /## 8\.[\s\S]*?```text\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
  const version = { '>': 'v1', '<': 'v1' } as Record<string, 'v1' | 'v2'>
  const lines = session.split('\n').filter((line) => line !== '')
  for (const line of lines) {
    const side = line.charAt(0)
    const json = line.slice(2).replace(/ {2,}.*$/, '')
    expect(Buffer.from(again(version[side] ?? 'v1', Buffer.from(json))).toString()).toBe(json)
    if (json.startsWith('{"type":"upgrade"')) version[side] = 'v2'
  }
  expect(lines.length).toBeGreaterThan(15)
  expect(version).toEqual({ '>': 'v2', '<': 'v2' })
})

test('the wire is the one of the last line of the history', () => {
  const hash = createHash('sha256')
  for (const { hex } of [...examples, ...binaryExamples]) hash.update(`${hex}\n`)
  for (const [name, limit] of Object.entries(limits).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}=${limit}\n`)
  const last = [...text.matchAll(/^\| \d{4}-\d\d-\d\d \| `([0-9a-f]+)` \|/gm)].at(-1)?.[1]
  expect(last, 'The wire has changed: add a line to the history in PROTOCOL.md').toBe(hash.digest('hex').slice(0, 16))
})

test('the limits in the text are those of the code', () => {
  const figures = text.replaceAll(/(\d),(?=\d{3})/g, '$1')
  for (const [name, limit] of Object.entries(limits)) expect(figures, name).toMatch(new RegExp(`\\b${limit}\\b`))
})
