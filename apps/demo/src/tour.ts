/** `npm start`: the tour. Ends with status 0, or with 1 and a reason. */

import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { killAll } from './tour/actor.js'
import { within } from './tour/deadline.js'
import type { Sabotage } from './tour/messages.js'
import { Narrator } from './tour/narrator.js'
import { play } from './tour/scenes.js'

/** How long the whole may take, and any one thing in it. */
const TOUR_MS = 28_000
const STEP_MS = 10_000

const narrator = new Narrator((text) => process.stdout.write(text))

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}
const folder = mkdtempSync(join(tmpdir(), 'syncro-tour-'))
// Whatever ends this process, its clients end with it, and their files go; should it be killed, they notice that the pipe to it has closed.
process.once('exit', () => {
  killAll()
  // A client takes a moment to die, and until then what it has open may not go, or come again.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
})

const began = performance.now()
try {
  narrator.title('Syncro: objects that stay in step')
  const stage = { narrator, folder, limitMs: Number(process.env.SYNCRO_TOUR_STEP_MS ?? STEP_MS), sabotage: sabotage() }
  await within(TOUR_MS, play(stage), () => 'the tour did not come to its end')
  narrator.title(
    `Done in ${((performance.now() - began) / 1_000).toFixed(1)} s. Try it yourself, each line in a terminal of its own:`,
  )
  process.stdout.write('   pnpm demo:server\n   pnpm demo:client alice\n   pnpm demo:client bob\n\n')
} catch (error) {
  narrator.fails(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
killAll()

/** Wanted by the tour's own tests only: bob misbehaves, and the tour has to notice. */
function sabotage(): Sabotage | undefined {
  const wanted = process.env.SYNCRO_TOUR_SABOTAGE
  return wanted === 'differ' || wanted === 'hang' ? wanted : undefined
}
