/**
 * All work at random, over a network that is as bad as one is, while processes are killed and come back. In the end all hold the same, and nothing that
 * was called synced is missing.
 *
 * Lasts 6 s, or a minute with CI set; SYNCRO_CHURN_SECONDS says otherwise, and SYNCRO_SEED draws another story.
 */
import { setInterval } from 'node:timers/promises'
import type { SeededRandom } from '@syncro/scriber/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type Fate, fates, type Pace, type Plan } from './fault-pipe.js'
import { FaultProxy } from './fault-proxy.js'
import { report } from './report.js'
import { ids, Story } from './story.js'

const seconds = Number(process.env['SYNCRO_CHURN_SECONDS'] ?? (process.env['CI'] === undefined ? 6 : 60))
const seed = Number(process.env['SYNCRO_SEED'] ?? 1)
const tickMs = 50

/** What happens to the next connection: sooner or later something does. */
function weather(random: SeededRandom): Plan {
  const pace = (): Pace => ({
    ...(random.chance(0.3) && { delayMs: random.below(40), jitterMs: 1 + random.below(40) }),
    ...(random.chance(0.2) && { bytesPerSecond: 20_000 + random.below(200_000) }),
    ...(random.chance(0.4) && { pieceBytes: 1 + random.below(2000) }),
  })
  return {
    refuse: random.chance(0.1),
    up: pace(),
    down: pace(),
    // As likely within the handshake as much later.
    fate: { kind: random.pick<Fate>(fates), afterBytes: 1 + random.below(2 ** (5 + random.below(12))) },
  }
}

const timeout = (3 * seconds + 120) * 1000

test('all are equal after the churn, and nothing accepted is lost', { timeout }, async () => {
  const proxy = await FaultProxy.listening(seed)
  onTestFinished(() => proxy.close())
  const story = new Story(seed, proxy)
  await story.allReturn()
  proxy.plan = weather
  // Time is what a story is made of; nothing is concluded from its passing.
  let ticks = (seconds * 1000) / tickMs
  for await (const _ of setInterval(tickMs)) {
    await story.tick()
    ticks -= 1
    if (ticks <= 0) break
  }
  proxy.plan = () => ({})
  const healed = performance.now()
  await story.allReturn()
  await story.even()
  const evenAfterMs = Math.round(performance.now() - healed)

  const accepted = story.accepted.count
  report(`churn of ${seconds} s, seed ${seed}`, { ...story.counts, ...proxy.counts, accepted, evenAfterMs })
  const digests = await story.digests()
  expect(digests.length).toBe(1 + story.uids.length)
  expect(new Set(digests).size, `states in the end, seed ${seed}`).toBe(1)
  expect(story.accepted.lost(await story.rows()), `what is lost, seed ${seed}`).toEqual([])
  // Something has happened, and in a long story everything.
  expect(accepted).toBeGreaterThan(3 * ids)
  expect(proxy.counts.connection).toBeGreaterThan(2 * story.uids.length)
  if (seconds >= 60) expect(Object.entries({ ...story.counts, ...proxy.counts }).filter(([, n]) => n === 0)).toEqual([])
  await story.stop()
})
