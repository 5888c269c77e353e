import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  BinaryEncoder,
  decodeMessage,
  encodeFrame,
  encodeMessage,
  encodeMessageFrame,
  encodeV1,
  type Hello,
  type Message,
} from '@syncro/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CaptureReader } from '../src/capture.js'
import { message, pieces } from './arbitraries.js'
import { BinarySession } from './binary-session.js'

const hello: Hello = {
  type: 'hello',
  uid: 'a',
  versions: [2],
  ledger: '5f1d6c0e9a3b4c2d8e7f0a1b',
  era: '00112233445566778899aabb',
  space: '',
  view: '',
  durable: true,
  clock: 1,
  number: 1,
  encodings: ['binary'],
}
const upgrade = { type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1 } as const

/** What a side sends, as it goes over TCP. */
function sent(messages: readonly Message[], isBinary: boolean): Uint8Array {
  const session = new BinarySession()
  const frames = [
    encodeFrame(encodeV1(hello), 16),
    encodeFrame(encodeV1({ type: 'sync', from: null, id: 1 }), 16),
    encodeFrame(encodeV1(isBinary ? { ...upgrade, encoding: 'binary' } : upgrade), 16),
    ...messages.map((one) => (isBinary ? encodeFrame(session.encode(one), 32) : encodeMessageFrame(one))),
  ]
  return Buffer.concat(frames)
}

describe('a capture', () => {
  test('is read the same in either encoding, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(message), fc.boolean(), fc.array(fc.nat(), { maxLength: 8 }), (messages, isBinary, cuts) => {
        const capture = new CaptureReader()
        const lines: string[] = []
        for (const piece of pieces(sent(messages, isBinary), cuts)) {
          capture.push(piece)
          lines.push(...capture.lines())
        }
        capture.end()
        expect(lines.slice(0, 3).map((one) => JSON.parse(one).type)).toEqual(['hello', 'sync', 'upgrade'])
        expect(lines.slice(3).map((one) => decodeMessage(Buffer.from(one)))).toEqual(
          messages.map((one) => decodeMessage(encodeMessage(one))),
        )
      }),
    )
  })

  test('may begin within version 2', () => {
    const batch: Message = {
      type: 'batch',
      stamp: 1,
      writer: hello.era,
      changes: [{ name: 'T', id: 1, type: 'update', fields: { a: 1 } }],
    }
    for (const start of ['json', 'binary'] as const) {
      const session = new BinarySession(
        new BinaryEncoder({ numberOf: () => 7, recordAt: () => ({ name: 'T', id: 1 }) }),
      )
      const capture = new CaptureReader(start)
      capture.push(start === 'json' ? encodeMessageFrame(batch) : encodeFrame(session.encode(batch), 32))
      expect([...capture.lines()].map((one) => decodeMessage(Buffer.from(one)))).toEqual([batch])
    }
  })

  test('that was cut says so', () => {
    const capture = new CaptureReader('json')
    capture.push(Uint8Array.of(0, 0, 0, 9, 1))
    expect([...capture.lines()]).toEqual([])
    expect(() => capture.end()).toThrow(expect.objectContaining({ code: 'SYNCRO_FRAME_CUT' }))
  })
})

describe('npx @syncro/protocol decode', () => {
  const bin = fileURLToPath(new URL('../bin/syncro-protocol.mjs', import.meta.url))
  const run = (args: readonly string[], input: Uint8Array) =>
    spawnSync(process.execPath, [bin, ...args], { input, encoding: 'utf8' })

  test('prints a message a line', () => {
    const { stdout, status } = run(['decode'], sent([{ type: 'caught-up' }, { type: 'ping', clock: 5 }], true))
    expect(stdout.trim().split('\n').slice(3)).toEqual(['{"type":"caught-up"}', '{"type":"ping","clock":5}'])
    expect(status).toBe(0)
  })

  test('prints what comes before a message that is none, and says what is wrong', () => {
    const bytes = Buffer.concat([sent([{ type: 'caught-up' }], true), encodeFrame(Uint8Array.of(24, 99), 32)])
    const { stdout, stderr, status } = run(['decode'], bytes)
    expect(stdout.trim().split('\n')).toHaveLength(5)
    expect(stderr).toContain('SYNCRO_MESSAGE_UNKNOWN')
    expect(status).toBe(1)
  })

  test.each([[[]], [['encode']], [['decode', '--from', 'papyrus']]])(
    'says how it is used where it is asked %j',
    (args) => {
      const { stderr, status } = run(args, new Uint8Array())
      expect(stderr).toContain('Usage: npx @syncro/protocol decode')
      expect(status).toBe(1)
    },
  )
})
