import { expect, test } from 'vitest'
import { board, runSeed } from '../src/index.js'

/** With the packages as they are in their sources, so that no build comes between: planted faults are seen here. */
const seeds = Number(process.env['SYNCRO_SIM_SEEDS'] ?? 10)

test(`nothing that is promised is broken in the first ${seeds} worlds`, async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const { failure } = await runSeed({ seed, workload: board })
    expect(failure === undefined ? undefined : [seed, failure.check, failure.message.split('\n')[0]]).toBeUndefined()
  }
}, 600_000)
