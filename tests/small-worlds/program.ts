/**
 * What is explored: three clients with two operations each, on one record of two fields, under clocks of every kind.
 *
 * Programs are the rows of an orthogonal array (polynomials of degree 2 over the numbers modulo 5, by their values at five points and at
 * infinity): in the whole of it any three of the six operations meet in every way, and so does any pair of an operation, a clock and a start.
 * Only where nothing lives at the start the first operation is another, since nothing could happen otherwise.
 */

const operations = ['create', 'update f', 'update g', 'destroy', 'restore'] as const
export type Operation = (typeof operations)[number]

/** What a client's wall clock says at its first operation and from its second on, in ms beside the time at which the world begins. */
export const clocks = {
  even: [0, 1],
  behind: [-3, -2],
  ahead: [5, 6],
  frozen: [0, 0],
  'jumping back': [2, -10],
} as const
type ClockName = keyof typeof clocks

/** What a client that is no longer there wrote before the world begins: all know it, or the first client only. */
const starts = ['nothing', 'living', 'destroyed', 'born again', 'living, known to one'] as const
export type Start = (typeof starts)[number]

export const clientCount = 3
export const programCount = operations.length ** 3

export interface Program {
  readonly start: Start
  /** Per client. */
  readonly clocks: readonly ClockName[]
  /** Per client, in order. One that is not legal waits until it is, if it ever is. */
  readonly operations: readonly (readonly Operation[])[]
  /** The client that is restarted once, at any time. */
  readonly restarting: number | undefined
  /** The last two clients are one process that was copied while it ran: their stamps have the same writer. */
  readonly twins: boolean
}

/** What a program may be given beside its number. */
export interface Faults {
  readonly restart?: boolean
  readonly twins?: boolean
}

/** @param number from 0 to `programCount - 1`. */
export function programOf(number: number, { restart = false, twins = false }: Faults = {}): Program {
  const [a, b, c] = [number % 5, Math.floor(number / 5) % 5, Math.floor(number / 25)] as const
  const operationAt = (x: number) => operations[(a + b * x + c * x * x) % 5]!
  const start = starts[(b + c * 3) % 5]!
  const first = start === 'nothing' ? 'create' : start === 'destroyed' ? 'restore' : operationAt(0)
  const clockNames = Object.keys(clocks) as ClockName[]
  return {
    start,
    clocks: [0, 1, 2].map((client) => clockNames[(b + c * client) % 5]!),
    operations: [
      [first, operationAt(1)],
      [operationAt(2), operationAt(3)],
      [operationAt(4), operations[c]!],
    ],
    restarting: restart ? number % clientCount : undefined,
    twins,
  }
}
