/** What is held to be true of the world. Each check is told what happens, and throws where it is not as it should be. */
import type { LedgerId, Step } from '@syncro/scriber'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'

export interface Check {
  readonly name: string
  /** A client has started; its store may not be open yet. */
  started?(life: Life): void
  /** Its store is open. */
  ready?(life: Life): void
  /** A step was told to everybody else on that client. */
  step?(life: Life, step: Step): void
  /** A step of a client that is crashing: its store was given it, and may have kept it. */
  fell?(life: Life, step: Step): void
  /** A client has made changes anew, since its clock was wrong. It may be crashing. */
  setRight?(life: Life): void
  /** A ledger that was open twice is open once: one of the two goes on as another. */
  copied?(ledger: LedgerId): void
  /** A client has forgotten rows, by their numbers. */
  trimmed?(life: Life, rows: readonly number[]): void
  /** An operation was done on that client, whatever came of it. */
  operated?(life: Life): void
  /** A client has ended; its machine holds what its disk does. */
  ended?(life: Life): void
  /** What a machine held is less than it was, by a fault: it has what it had at an earlier time, if that is given. */
  lost?(machine: Machine, restoredMs?: number): void
  /** Now and then, for one machine after the other: what would take too long after each event. */
  sweep?(machine: Machine): void
  /** Everything is mended, and all are to be equal. */
  atRest?(): void
}

/** A check failed: its name, what is wrong, and whatever helps to see why. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
  readonly check: string

  constructor(check: string, problem: string) {
    super(`${check}: ${problem}`)
    this.check = check
  }
}
