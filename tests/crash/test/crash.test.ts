/**
 * What `pnpm crash` shows, in small counts; more of them with CI set. What cannot be had here is skipped by name.
 */
import { expect, test } from 'vitest'
import type { KindName } from '../src/kind.js'
import { kinds } from '../src/kinds.js'

const isFull = process.env['CI'] === 'true'
const counts: Readonly<Record<KindName, number>> = isFull
  ? { kills: 100, calls: 60, cuts: 10, errors: 40 }
  : { kills: 20, calls: 0, cuts: 0, errors: 10 }

const skipped = await Promise.all(
  kinds.map(async ({ name, whyNot }) => (counts[name] === 0 ? 'runs where CI is true, and by pnpm crash' : whyNot())),
)

for (const [at, { name, title, run }] of kinds.entries()) {
  const why = skipped[at]
  const count = counts[name]
  const named = why === undefined ? `${title} (${count} ${name})` : `${title} (${name} skipped: ${why})`
  test.skipIf(why !== undefined)(named, async () => {
    let crashes = 0
    const figures = await run({ seed: 1, count, crashed: () => (crashes += 1) })
    expect(crashes).toBe(count)
    const acknowledged = figures.all.filter(([what]) => what.startsWith('acknowledged'))
    expect(acknowledged.reduce((sum, [, number]) => sum + number, 0)).toBeGreaterThan(0)
    if (isFull) console.log(`${name}: ${figures.all.map(([what, number]) => `${what} ${number}`).join(', ')}`)
  })
}
