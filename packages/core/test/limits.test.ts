import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CoreLimits, defaultCoreLimits } from '../src/limits.js'
import { Peer } from './peer.js'
import { World } from './world.js'

/** Where each bound is tried at one below, at, and one above. */
const triedIn: Record<keyof CoreLimits, string | undefined> = {
  maxUnprovenBytes: 'handshake.test.ts',
  handshakeMs: 'handshake.test.ts',
  guardMs: '../src/guard.test.ts',
  guardRelayMs: '../src/guard.test.ts',
  heartbeatMs: 'heartbeat.test.ts',
  probeMs: 'copies.test.ts',
  deadAfterMs: 'heartbeat.test.ts',
  stallMs: 'heartbeat.test.ts',
  maxOutboundBytes: '../src/outbound.test.ts',
  maxQueuedBytes: 'flow.test.ts',
  writeBytes: '../src/outbound.test.ts',
  chunkBytes: 'limits.test.ts',
  chunkRows: 'flow.test.ts',
  pauseAfterWaiting: 'stored.test.ts',
  maxWaiting: 'stored.test.ts',
  digestRows: 'compare.test.ts',
  tombstoneMs: 'trimming.test.ts',
  expiryMs: 'trimming.test.ts',
  maxReplicas: 'hostile.test.ts',
  maxExpired: 'trimming.test.ts',
  trimMs: 'trimming.test.ts',
  trimSlots: 'trimming.test.ts',
  maxTransientCursors: 'sessions.test.ts',
  maxEras: 'bad-input.test.ts',
  // Drawn at random below the bounds: there is no one above. That all is drawn from 0 to the bounds is tried.
  redialFirstMs: 'link.test.ts',
  redialLongestMs: 'link.test.ts',
  stableMs: 'link.test.ts',
  closeMs: 'close.test.ts',
  closeLongestMs: 'close.test.ts',
  // Version 1's, beside the bridge.
  maxHeldScribes: 'bridge-opening.test.ts',
  maxUnanswered: 'bridge-live.test.ts',
  maxAnswerBytes: 'bridge-bad-input.test.ts',
  maxKnownFields: 'bridge-live.test.ts',
  relayPauseFirstMs: '../src/bridge-pace.test.ts',
  relayPauseLongestMs: '../src/bridge-pace.test.ts',
}

/** Tests that use a bound's default know its value, not its name. */
const byValue: Partial<Record<keyof CoreLimits, string>> = {
  handshakeMs: '9_999',
  heartbeatMs: '14)',
  redialFirstMs: '250',
  redialLongestMs: '30_000',
  stableMs: '9_999',
}

describe('each limit', () => {
  test('is tried at its edges somewhere', () => {
    expect(Object.keys(triedIn).sort()).toEqual(Object.keys(defaultCoreLimits).sort())
    for (const [limit, file] of Object.entries(triedIn)) {
      if (file === undefined) continue
      const text = readFileSync(new URL(file, import.meta.url), 'utf8')
      expect(text, `${file} does not try ${limit}`).toContain(byValue[limit as keyof CoreLimits] ?? limit)
    }
  })

  test('chunkBytes ends a chunk with the row that reaches it', () => {
    // A row like these counts as 10 + 8 for itself and its id, and 8 + 8 for its field: see Ledger.weigh.
    const row = 10 + 8 + 8 + 8
    for (const [chunkBytes, rows] of [
      [3 * row - 1, 3],
      [3 * row, 3],
      [3 * row + 1, 4],
    ] as const) {
      const world = new World()
      const a = world.client('a', { limits: { chunkBytes } })
      for (let id = 0; id < 9; id++) a.record('Todo', 'create', id, { n: id })
      const peer = new Peer(world, a).shakeHands()
      expect((peer.all('rows')[0]!['rows'] as unknown[]).length).toBe(rows)
    }
  })
})
