/** The process that is killed: keeps one transaction after another, and writes the number of each to its output once it is kept. */
import { writeSync } from 'node:fs'
import { sqlite } from '@syncro/store-sqlite'
import { classesOf } from './classes.js'
import { History, numberOf } from './history.js'
import type { Order } from './order.js'

const { path, level, seed, version, count, inFlight, compactEvery = Infinity } = JSON.parse(process.argv[2]!) as Order

/** How long a stall may last: longer than many tries take. A disk that stays full is no reason to wait. */
const stallMs = 500

/** Written before the call returns: what was said has been said, whatever comes next. */
function say(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`)
}

function sayFailure(what: string, error: unknown): void {
  const { name, code, message } = error as { readonly name?: string; readonly code?: string; readonly message?: string }
  say(what, name ?? 'unknown', code ?? 'none', JSON.stringify(message ?? String(error)))
}

async function opened(said: string) {
  const store = sqlite(path, { level, retryMs: 20 })
  const stuck = watched(store)
  for (const declared of classesOf(version)) store.declare(declared)
  say('opening')
  const image = await store.open()
  for await (const _ of image?.rows ?? []);
  const number = numberOf(image?.clock)
  say(said, number)
  return { store, stuck, number }
}

/** Resolves once the store has been stalled for too long. */
function watched(store: ReturnType<typeof sqlite>): Promise<void> {
  return new Promise((resolve) => {
    let patience: NodeJS.Timeout | undefined
    store.watch((stall) => {
      clearTimeout(patience)
      if (stall === undefined) return say('goes-on')
      sayFailure('stalled', stall)
      patience = setTimeout(resolve, stallMs)
    })
  })
}

/** @returns whether everything was kept. */
async function keepAll({ store, stuck, number: from }: Awaited<ReturnType<typeof opened>>): Promise<boolean> {
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
  let isStuck = false
  void stuck.then(() => {
    isStuck = true
  })
  for (let kept = 0; kept < count && !failed && !isStuck; kept++) {
    keeping.push(keep())
    if (keeping.length >= inFlight) await Promise.race([keeping.shift(), stuck])
    if ((kept + 1) % compactEvery === 0) await compact(store)
  }
  await Promise.race([Promise.all(keeping), stuck])
  if (isStuck) return false
  // None is kept after one that was not.
  if (failed) for (let more = 0; more < 3; more++) await keep()
  return !failed
}

async function compact(store: { compact(): Promise<void> }): Promise<void> {
  say('compacting')
  try {
    await store.compact()
    say('compacted')
  } catch (error) {
    // It says what is true of the disk; what is kept is no worse for it.
    sayFailure('compact-failed', error)
  }
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
    const writing = await opened('open')
    isWell = await keepAll(writing)
    await close(writing.store)
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
