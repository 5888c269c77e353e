/** A disk that is full or broken: one call fails, or each from one on. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CrashFailure, Figures, inLanes, type Run, randomOf } from './kind.js'
import { inFolder } from './running.js'
import { makeScenes } from './scene.js'
import { injections, logIn, strace } from './strace.js'
import { acknowledgedIn, type End, WriterProcess } from './writer-process.js'

/** Calls that fail in life. */
const failing = new Set(['write', 'pwrite64', 'fdatasync', 'fsync', 'ftruncate'])

export async function runErrors({ seed, count, only, crashed }: Run): Promise<Figures> {
  const figures = new Figures()
  await inFolder(async (folder) => {
    const scenes = await makeScenes(folder, randomOf('errors', seed, 0).next())
    const cases = only === undefined ? Array.from({ length: count }, (_, at) => at) : [only]
    await inLanes(cases, async (number) => {
      const random = randomOf('errors', seed, number)
      const scene = random.pick(scenes)
      const possible = scene.calls.filter(({ name }) => failing.has(name))
      // The few syncs as often as the many writes.
      const { name } = random.pick([...new Map(possible.map((call) => [call.name, call])).values()])
      const { nth } = random.pick(possible.filter((call) => call.name === name))
      const isLasting = random.chance(0.5)
      const error = random.pick(['ENOSPC', 'EIO'])
      const own = join(folder, `case ${number}`)
      mkdirSync(own)
      const fault = `${name}:error=${error}:when=${nth}${isLasting ? '+' : ''}`
      let said: readonly string[] = []
      try {
        const { place, order } = await scene.set(own)
        const { recovered } = place
        const writer = new WriterProcess(order, strace(order.path, logIn(own), fault))
        const end = await writer.ended
        said = writer.said
        const injected = injections(logIn(own))
        checkSaid(said, end, isLasting || injected > 1)
        const acknowledged = acknowledgedIn(said)
        const found = await place.check(acknowledged.at(-1) ?? -1, order.version)
        const reopened = said.find((line) => line.startsWith('reopened '))
        if (reopened !== undefined && reopened !== `reopened ${found}`)
          throw new Error(`the writer went on from "${reopened}", and ${found} is the last transaction`)
        figures.add('acknowledged', acknowledged.length)
        figures.add('recovered', found - recovered)
        figures.add(outcomeOf(said, injected > 0))
        if (reopened !== undefined) figures.add('opened anew in the same process')
        crashed?.()
      } catch (cause) {
        const story = `${scene.name}, ${fault}; it said: ${said.join('; ')}`
        throw new CrashFailure('errors', seed, number, new Error(story, { cause }))
      }
    })
  })
  return figures
}

/** @throws Error for a writer that was not told of the error as the contract says. */
function checkSaid(said: readonly string[], { code, signal, hung }: End, failsAgain: boolean): void {
  if (hung) throw new Error('the process hangs')
  if (code !== 0 || said.at(-1) !== 'done') throw new Error(`the process ended with ${signal ?? code}`)
  for (const line of said)
    if (/^(stalled|.*failed)/.test(line) && !/ StoreError SYNCRO_STORE_(FAILED|STALLED) /.test(line))
      throw new Error(`an error is not as the contract says: ${line}`)
  if (!failsAgain && said.some((line) => line.startsWith('stalled ')) && !said.includes('goes-on'))
    throw new Error('the store does not go on although the disk is well')
  const failed = said.findIndex((line) => line.startsWith('failed '))
  if (failed >= 0 && said.slice(failed).some((line) => /^\d+$/.test(line)))
    throw new Error('a transaction was kept after one that was not')
  const isStalled = said.some((line) => line.startsWith('stalled ')) && !said.includes('goes-on')
  if (failed >= 0 && !isStalled && said.filter((line) => line.startsWith('failed ')).length < 4)
    throw new Error('not every transaction after the one that failed was refused')
  if (!failsAgain && said.some((line) => line.startsWith('reopen-failed')))
    throw new Error('the store cannot be opened anew although the disk is well')
}

function outcomeOf(said: readonly string[], injected: boolean): string {
  const has = (start: string) => said.some((line) => line.startsWith(start))
  if (!injected) return 'not reached'
  if (has('goes-on')) return 'stalled, and went on'
  if (has('stalled ')) return 'stalled'
  if (has('failed ')) return 'keep rejected'
  if (has('open-failed ')) return 'open rejected'
  return has('close-failed ') ? 'close rejected' : 'did no harm'
}
