import { readdirSync, readFileSync } from 'node:fs'
import { decodeV1, encodeV1, FrameDecoder, ProtocolError, V1Reader } from '@syncro/protocol'
import { describe, expect, test } from 'vitest'

interface Frame {
  readonly n: number
  readonly dir: string
  readonly hex: string
  readonly json: unknown
}

interface Read {
  readonly from: string
  readonly hex: string
}

interface Vector {
  readonly scenario: string
  readonly frames: readonly Frame[]
  readonly steps: readonly { readonly do?: string; readonly after_frames: number }[]
  readonly reads: Readonly<Record<string, readonly Read[]>>
}

const folder = new URL('../../../tests/interop/vectors/', import.meta.url)
const vectors = readdirSync(folder).map((file): Vector => JSON.parse(readFileSync(new URL(file, folder), 'utf8')))

/** The streams that nobody can read to their end, and how many messages come before that. In all others every message is read. */
const unreadable: Record<string, number> = {
  // Made by hand: a body that is no JSON.
  'bad_bodies: server reads client': 2,
  // The gem under a later Rails counts characters, and the frame is cut short.
  'text_utf8: client reads server': 3,
}

/** What the gem writes in a way of its own, which JSON does not tell apart from ours: raw UTF-8, and `1.0e+300`. */
const otherBytes = ['text_utf8 6', 'values 14']

const byHandSteps = /^send_|^add_scribe$/

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** Everything that one peer read of one connection of another, message by message, and the code that it ended with. */
function readAll(reads: readonly Uint8Array[]): { messages: unknown[]; code: string | undefined } {
  const decoder = new FrameDecoder()
  const reader = new V1Reader(decoder)
  const messages: unknown[] = []
  try {
    for (const read of reads) {
      decoder.push(read)
      for (let message = reader.next(); message; message = reader.next()) messages.push(message)
    }
    decoder.end()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { messages, code: error.code }
  }
  return { messages, code: undefined }
}

/** The frames that the gem made itself; the others were written by hand to try it. */
function madeByGem(vector: Vector): Frame[] {
  const byHand = new Set(
    vector.steps.filter((step) => byHandSteps.test(step.do ?? '')).map((step) => step.after_frames),
  )
  return vector.frames.filter((frame) => !byHand.has(frame.n))
}

/** Each pair of peers: what the one read of the other, on all their connections, and what had been sent. */
function streams(vector: Vector): { title: string; reads: Uint8Array[]; sent: Uint8Array[] }[] {
  // Two peers under one uid: its frames do not say whose they are.
  if (vector.scenario === 'same_uid_twice') return []
  return Object.entries(vector.reads).flatMap(([reader, all]) =>
    [...new Set(all.map(({ from }) => from))].map((from) => ({
      title: `${vector.scenario}: ${reader} reads ${from}`,
      reads: all.filter((read) => read.from === from).map((read) => bytesOf(read.hex)),
      sent: vector.frames
        .filter((frame) => frame.dir === `${from}->${reader}`)
        .map((frame) => bytesOf(frame.hex).subarray(2)),
    })),
  )
}

test('the vectors are there', () => {
  expect(vectors.length).toBeGreaterThan(40)
})

describe.each(vectors)('$scenario', (vector) => {
  test('G1 each frame that the gem made reads as its JSON says, and is written as the gem wrote it', () => {
    for (const frame of madeByGem(vector)) {
      const body = bytesOf(frame.hex).subarray(2)
      const message = decodeV1(body)
      const expected = frame.json as { readonly type: unknown }
      expect(message.type).toBe(expected.type)
      if (message.type === 'unknown') throw new Error(`frame ${frame.n} is unknown`)
      const written = encodeV1(message)
      if (otherBytes.includes(`${vector.scenario} ${frame.n}`)) expect(decodeV1(written)).toEqual(message)
      else expect(written).toEqual(body)
    }
  })

  test.each(streams(vector))('F5 $title, and every message is understood', ({ title, reads, sent }) => {
    const { messages, code } = readAll(reads)
    const until = unreadable[title]
    expect(code).toBe(until === undefined ? undefined : 'SYNCRO_JSON_INVALID')
    // Of what was sent, the end may never have been read: some of these peers crashed.
    expect(messages).toEqual(sent.slice(0, messages.length).map(decodeV1))
    if (until !== undefined) expect(messages).toHaveLength(until)
    const bytes = reads.flatMap((read) => [...read])
    if (bytes.length < 100_000) expect(readAll(bytes.map((byte) => new Uint8Array([byte])))).toEqual({ messages, code })
  })
})
