/** What both programs of the shared list have in common: a face that fits where they run, and errors that a user understands. */

import { UsageProblem } from './options.js'
import { runPlain } from './plain.js'
import type { Shell } from './shell.js'

/** Runs a shell until its user quits. Status: 0, or 1 if it could not begin, or 2 if it was called wrongly. */
export async function runProgram(begin: () => Promise<Shell>): Promise<void> {
  try {
    await run(await begin())
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = error instanceof UsageProblem ? 2 : 1
  }
}

async function run(shell: Shell): Promise<void> {
  if (process.stdin.isTTY && process.stdout.isTTY) {
    // Loaded only where it is shown: the screen brings a renderer along.
    const { runScreen } = await import('./screen.js')
    await runScreen(shell)
    return
  }
  const goodbye = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => goodbye.abort())
  await runPlain(shell, { input: process.stdin, output: process.stdout }, goodbye.signal)
  // Nobody reads any more what is typed.
  process.stdin.destroy()
}
