/** Hostile clients beside an honest one: whatever they say, they end their own sessions at worst. */
import { Syncro } from '@syncro/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Session } from '../../packages/core/src/session.js'
import { Finding, inputs, isWhole, randomOf } from './campaign.js'
import { watchPrototypes } from './prototypes.js'
import { knownOf } from './session-draws.js'
import { type Played, play } from './session-play.js'
import { type Step, sayStep, scriptOf } from './session-script.js'
import { type Setting, settingOf } from './session-setting.js'
import { shrunk } from './shrink.js'
import { Tally } from './tally.js'

const full = 20_000
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => {
  process.on('unhandledRejection', note).on('uncaughtException', note)
})
afterAll(() => {
  process.off('unhandledRejection', note).off('uncaughtException', note)
})

/** One script, with what it is played against. */
class Trial {
  readonly setting: Setting
  /** Known once it has been played. */
  script: readonly Step[] = []
  readonly #number: number

  constructor(number: number) {
    this.#number = number
    this.setting = settingOf(randomOf(number))
  }

  /** Plays it, or part of it, to the end of whatever it set going. */
  async play(part?: readonly Step[]): Promise<Played> {
    const played = await play(this.setting, this.#number, (scene) => {
      if (part !== undefined) return part
      this.script = scriptOf(knownOf(scene, randomOf(this.#number)), this.setting)
      return this.script
    })
    await new Promise((resolve) => setImmediate(resolve))
    if (unhandled.length > 0) throw new Error('nobody took what was thrown', { cause: unhandled.splice(0)[0] })
    return played
  }

  async fails(part: readonly Step[]): Promise<boolean> {
    try {
      await this.play(part)
      return false
    } catch {
      return true
    }
  }
}

test('sessions with hostile clients end themselves at worst', { timeout: 1_800_000 }, async () => {
  const tally = new Tally()
  const unchanged = watchPrototypes([Session, Syncro])
  for (const number of inputs(full)) {
    const trial = new Trial(number)
    try {
      const { reasons, live, wrote } = await trial.play()
      for (const reason of reasons) tally.add(trial.setting.role, reason)
      tally.add('scripts', wrote ? 'wrote' : live ? 'live' : 'neither')
    } catch (error) {
      const smallest = await shrunk(trial.script, (part) => trial.fails(part))
      const text = [JSON.stringify(trial.setting), ...smallest.map(sayStep)].join('\n  ')
      throw new Finding('sessions', number, error, text)
    }
  }
  unchanged()
  tally.tell('sessions', full)
  if (isWhole) expect(tally.share('scripts', (came) => came === 'wrote')).toBeGreaterThan(0.4)
})
