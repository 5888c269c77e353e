/** The process that is killed: keeps one transaction after another, and writes the number of each to its output once it is kept. */
import { writeSync } from 'node:fs'
import { sqlite } from '@syncro/store-sqlite'
import { classesOf } from './classes.js'
import { History, numberOf } from './history.js'
import type { Order } from './order.js'

const { path, level, seed, version, count, inFlight } = JSON.parse(process.argv[2]!) as Order

/** Written before the call returns: what was said has been said, whatever comes next. */
function say(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`)
}

function sayFailure(what: string, error: unknown): void {
  const { name, code, message } = error as { readonly name?: string; readonly code?: string; readonly message?: string }
  say(what, name ?? 'unknown', code ?? 'none', JSON.stringify(message ?? String(error)))
}

async function opened(said: string) {
  const store = sqlite(path, { level })
  for (const declared of classesOf(version)) store.declare(declared)
  say('opening')
  const image = await store.open()
  for await (const _ of image?.rows ?? []);
  const number = numberOf(image?.clock)
  say(said, number)
  return { store, number }
}

/** @returns whether everything was kept. */
async function keepAll(store: Awaited<ReturnType<typeof opened>>['store'], from: number): Promise<boolean> {
  const history = new History(seed)
  while (history.number < from) history.next()
  let failed = false
  const keep = async () => {
    const transaction = history.next()
    const { number } = history
    try {
      await store.keep(transaction)
      say(number)
    } catch (error) {
      failed = true
      sayFailure(`failed ${number}`, error)
    }
  }
  const keeping: Promise<void>[] = []
  for (let kept = 0; kept < count && !failed; kept++) {
    keeping.push(keep())
    if (keeping.length >= inFlight) await keeping.shift()
  }
  await Promise.all(keeping)
  // None is kept after one that was not.
  if (failed) for (let more = 0; more < 3; more++) await keep()
  return !failed
}

async function close(store: { close(): Promise<void> }): Promise<void> {
  say('closing')
  try {
    await store.close()
    say('closed')
  } catch (error) {
    sayFailure('close-failed', error)
  }
}

async function main(): Promise<void> {
  let isWell = false
  try {
    const { store, number } = await opened('open')
    isWell = await keepAll(store, number)
    await close(store)
  } catch (error) {
    sayFailure('open-failed', error)
  }
  if (!isWell)
    try {
      // In the same process, as a program does that goes on: nothing of the store that failed is in the way.
      const { store } = await opened('reopened')
      await close(store)
    } catch (error) {
      sayFailure('reopen-failed', error)
    }
  say('done')
}

// Nobody is left to be told anything.
process.stdin.resume().on('end', () => process.exit(3))
await main()
process.exit(0)
