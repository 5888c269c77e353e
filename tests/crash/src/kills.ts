/** Kills at any moment: of a file that is new, while it is opened and recovered, while classes change, while it is written, and while it is closed. */
import type { SeededRandom } from '@syncro/scriber/testing'
import { versionCount } from './classes.js'
import { CrashFailure, Figures, inLanes, type Run, randomOf } from './kind.js'
import { Place } from './place.js'
import { inFolder } from './running.js'
import { acknowledgedIn, WriterProcess } from './writer-process.js'

/** Kills in a row of one file. */
const killsPerCase = 20
/** Before a kill that comes while a file is written. */
const mostAcknowledged = 80

export async function runKills({ seed, count, only, crashed }: Run): Promise<Figures> {
  const figures = new Figures()
  let begun = 0
  const cases = only === undefined ? Array.from({ length: Math.ceil(count / killsPerCase) }, (_, at) => at) : [only]
  await inLanes(cases, async (number) => {
    const kills = only === undefined ? Math.min(killsPerCase, count - begun) : killsPerCase
    begun += kills
    try {
      await inFolder(async (folder) => {
        const random = randomOf('kills', seed, number)
        const story = new Story(new Place(folder, random.next()), random, figures)
        while (story.kills < kills) if (await story.run()) crashed?.()
      })
    } catch (error) {
      throw new CrashFailure('kills', seed, number, error)
    }
  })
  return figures
}

class Story {
  kills = 0
  readonly #place: Place
  readonly #random: SeededRandom
  readonly #figures: Figures
  #version = 0

  constructor(place: Place, random: SeededRandom, figures: Figures) {
    this.#place = place
    this.#random = random
    this.#figures = figures
  }

  /** @returns whether the writer was killed before it had ended. */
  async run(): Promise<boolean> {
    const random = this.#random
    const before = this.#version
    const changes = random.chance(0.4)
    if (changes) this.#version = random.below(versionCount)
    const { path, seed, recovered } = this.#place
    // Also of a new file: on a busy machine none is made in the time that a kill while opening leaves it.
    const aim =
      recovered < 0 || (changes && random.chance(0.6))
        ? random.pick(['opening', 'opening', 'open'] as const)
        : random.pick(['opening', 'open', 'open', 'closing', 'compacting'] as const)
    const count = aim === 'closing' ? 1 + random.below(60) : Number.MAX_SAFE_INTEGER
    const level = random.pick(['os', 'disk'] as const)
    const inFlight = 1 + random.below(8)
    const compacts = aim === 'compacting' ? { compactEvery: 1 + random.below(20) } : {}
    const writer = new WriterProcess({ path, level, seed, version: this.#version, count, inFlight, ...compacts })
    if (aim === 'open') await writer.acknowledges(1 + random.below(mostAcknowledged))
    else await writer.heard(aim)
    const withinMs = { opening: openingMs(recovered < 0, changes), open: 4, closing: 4, compacting: 12 }[aim]
    await pass(random.below(1000 * withinMs))
    writer.kill()
    const { signal } = await writer.ended
    const acknowledged = acknowledgedIn(writer.said)
    checkOrder(acknowledged, writer.said, recovered)
    const found = await this.#place.check(acknowledged.at(-1) ?? -1, this.#version)
    this.#figures.add('acknowledged', acknowledged.length)
    this.#figures.add('recovered', found - recovered)
    if (signal !== 'SIGKILL') return false
    this.kills += 1
    this.#figures.add(momentOf(writer.said, recovered, before !== this.#version))
    return true
  }
}

/** Each number follows the one before it, and the writer has found what we have found. @throws Error */
export function checkOrder(acknowledged: readonly number[], said: readonly string[], recovered: number): void {
  const wrong = acknowledged.find((number, at) => number !== recovered + 1 + at)
  if (wrong !== undefined) throw new Error(`${wrong} was acknowledged out of turn, after ${recovered} was recovered`)
  const found = said.find((line) => line.startsWith('open '))
  if (found !== undefined && found !== `open ${recovered}`)
    throw new Error(`the writer found it "${found}" where ${recovered} is the last transaction`)
  const failure = said.find((line) => line.includes('failed'))
  if (failure !== undefined) throw new Error(`the writer was told of an error: ${failure}`)
}

/** What it was at, by what it said last. */
function momentOf(said: readonly string[], recovered: number, changes: boolean): string {
  const has = (word: string) => said.some((line) => line.split(' ')[0] === word)
  if (has('closing')) return 'while closing'
  if (said.at(-1) === 'compacting') return 'while compacting'
  if (has('open')) return 'while keeping'
  if (recovered < 0) return 'while making a file'
  return changes ? 'while changing classes' : 'while opening'
}

/** About as long as it takes: most kills come before its end. */
function openingMs(isNew: boolean, changes: boolean): number {
  if (isNew) return 8
  return changes ? 20 : 8
}

/** Waits more exactly than a timer does. */
async function pass(microseconds: number): Promise<void> {
  const end = performance.now() + microseconds / 1000
  if (microseconds > 2_000) await new Promise((resolve) => setTimeout(resolve, microseconds / 1000 - 1.5))
  while (performance.now() < end);
}
