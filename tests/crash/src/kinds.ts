/** The kinds of crashes, each with what it takes. */
import { runCalls } from './calls.js'
import { runCuts, whyNoCuts } from './cuts.js'
import { runErrors } from './errors.js'
import { runKills } from './kills.js'
import type { Figures, KindName, Run } from './kind.js'
import { whyNoStrace } from './strace.js'

export interface Kind {
  readonly name: KindName
  readonly title: string
  readonly run: (run: Run) => Promise<Figures>
  /** Why it cannot be had here; undefined where it can. */
  readonly whyNot: () => string | undefined | Promise<string | undefined>
}

export const kinds: readonly Kind[] = [
  {
    name: 'kills',
    title: 'a kill at any moment leaves all that was acknowledged, and nothing by half',
    run: runKills,
    whyNot: () => (process.platform === 'win32' ? 'Windows has no signals' : undefined),
  },
  {
    name: 'calls',
    title: 'a kill at any system call leaves all that was acknowledged, and nothing by half',
    run: runCalls,
    whyNot: whyNoStrace,
  },
  {
    name: 'cuts',
    title: 'a power cut takes nothing from level disk that was acknowledged, and something from level os',
    run: runCuts,
    whyNot: whyNoCuts,
  },
  {
    name: 'errors',
    title: 'a disk that fails is told of by each keep, and spoils nothing that was acknowledged',
    run: runErrors,
    whyNot: whyNoStrace,
  },
]
