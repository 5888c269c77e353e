/** What we aim at, beside others that were measured in the same run. */
import type { Board } from './board.js'
import type { Metric, WorkloadName } from './workload.js'

export interface Goal {
  readonly work: WorkloadName
  readonly metric: string
  /** Which of ours it is for. Default: `syncro`. */
  readonly subject?: string
  /** As a person says it. */
  readonly words: string
  /** The worst value that meets it; undefined where what it is measured by is not there. */
  readonly bound: (board: Board, metric: Metric) => number | undefined
}

const times =
  (factor: number, of: (board: Board, metric: Metric) => number | undefined): Goal['bound'] =>
  (board, metric) => {
    const value = of(board, metric)
    return value === undefined ? undefined : value * factor
  }

const bestPeer = (board: Board, metric: Metric) => board.best(metric)?.summary.median
const bestMerging = (board: Board, metric: Metric) => board.best(metric, ({ merges }) => merges)?.summary.median
const of = (name: string) => (board: Board, metric: Metric) => board.median(name, metric.key)

/** Without its native part msgpackr's strings take less memory, and what takes least is the floor. */
const smallerMsgpackr = (board: Board, { key }: Metric) => {
  const found = ['msgpackr', 'msgpackr-js'].flatMap((name) => board.median(name, key) ?? [])
  return found.length === 0 ? undefined : Math.min(...found)
}

export const goals: readonly Goal[] = [
  { work: 'create', metric: 'rate', words: '≥ 3 × the best peer', bound: times(3, bestPeer) },
  { work: 'create-apply', metric: 'rate', words: '≥ 3.5 × the best peer', bound: times(3.5, bestPeer) },
  { work: 'update', metric: 'rate', words: '≥ 1.2 × the best peer', bound: times(1.2, bestPeer) },
  { work: 'update', metric: 'bytes', words: '≤ 20 and ≤ ½ × the best that merges', bound: bytesOfUpdate },
  { work: 'update-tcp', metric: 'rate', words: '≥ 1.0 × the JSON floor', bound: of('json') },
  { work: 'update-tcp', metric: 'p50', words: '≤ 1.25 × the JSON floor', bound: times(1.25, of('json')) },
  { work: 'bootstrap', metric: 'ms', words: '≤ 1.5 × the msgpackr floor', bound: times(1.5, of('msgpackr')) },
  { work: 'bootstrap', metric: 'bytes', words: '≤ 1.1 × the msgpackr floor', bound: times(1.1, of('msgpackr')) },
  {
    work: 'bootstrap',
    metric: 'bytes',
    subject: 'syncro-deflated',
    words: '≤ 0.8 × the msgpackr floor',
    bound: times(0.8, of('msgpackr')),
  },
  { work: 'catch-up', metric: 'ms', words: '≤ 2 × the JSON floor', bound: times(2, of('json')) },
  { work: 'merge', metric: 'ms', words: '5 × the best peer', bound: times(1 / 5, bestPeer) },
  { work: 'memory', metric: 'heap', words: '≤ 1.15 × the msgpackr floor', bound: times(1.15, smallerMsgpackr) },
  { work: 'cold-start', metric: 'ms', subject: 'syncro-snapshot', words: '≤ the best peer', bound: bestPeer },
  { work: 'read', metric: 'ms', words: '≤ 2 × the JSON floor', bound: times(2, of('json')) },
  { work: 'fan-out', metric: 'rate', words: '≥ Colyseus', bound: of('colyseus') },
]

export function isMet(metric: Metric, value: number, bound: number): boolean {
  return metric.better === 'more' ? value >= bound : value <= bound
}

function bytesOfUpdate(board: Board, metric: Metric): number | undefined {
  const best = bestMerging(board, metric)
  return best === undefined ? undefined : Math.min(20, best / 2)
}
