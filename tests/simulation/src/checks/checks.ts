/** All checks of a world, and what they are told. What one of them throws is the seed's failure, wherever it was thrown. */
import type { Link, Session } from '@syncro/core'
import type { Conflict, LedgerId, Step } from '@syncro/scriber'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'
import type { Told } from '../world/workload.js'
import type { World } from '../world/world.js'
import { AcknowledgedCheck } from './acknowledged.js'
import { BoundsCheck } from './bounds.js'
import { type Check, CheckFailed } from './check.js'
import { CursorsCheck } from './cursors.js'
import { isExplained, isWarningExplained, storeTroubles } from './explained.js'
import { Knowledge } from './knowledge.js'
import { RestCheck } from './rest.js'
import { StampsCheck } from './stamps.js'
import { TellingCheck } from './telling.js'
import { TrimmingCheck } from './trimming.js'
import { WholesCheck } from './wholes.js'

export class Checks {
  readonly #world: World
  readonly #knowledge: Knowledge
  readonly #telling = new TellingCheck()
  readonly #all: readonly Check[]

  constructor(world: World) {
    const knowledge = new Knowledge(world)
    this.#world = world
    this.#knowledge = knowledge
    this.#all = [
      this.#telling,
      new StampsCheck(world, knowledge),
      new WholesCheck(world, knowledge),
      new AcknowledgedCheck(world, knowledge),
      new CursorsCheck(world, knowledge),
      new BoundsCheck(world),
      new TrimmingCheck(world, knowledge),
      new RestCheck(world),
    ]
  }

  started(life: Life): void {
    this.#each((check) => check.started?.(life))
  }

  ready(life: Life): void {
    this.#each((check) => check.ready?.(life))
  }

  step(life: Life, step: Step): void {
    if (step.outlived.length > 0) this.#world.count('row sent back whole')
    this.#each((check) => check.step?.(life, step))
  }

  operated(life: Life): void {
    this.#each((check) => check.operated?.(life))
  }

  ended(life: Life): void {
    this.#each((check) => check.ended?.(life))
  }

  fell(life: Life, step: Step): void {
    this.#each((check) => check.fell?.(life, step))
  }

  setRight(life: Life): void {
    this.#world.count('clock set right')
    this.#each((check) => check.setRight?.(life))
  }

  copied(ledger: LedgerId): void {
    this.#each((check) => check.copied?.(ledger))
  }

  trimmed(life: Life, rows: readonly number[]): void {
    this.#world.count('rows trimmed', rows.length)
    this.#each((check) => check.trimmed?.(life, rows))
  }

  /** At two addresses ledgers are compared, without tombstones older than a stamp. */
  compared(one: string, other: string, oldest: number): void {
    this.#knowledge.compared(one, other, oldest)
  }

  lost(machine: Machine, restoredMs?: number): void {
    this.#each((check) => check.lost?.(machine, restoredMs))
  }

  sweep(machine: Machine): void {
    this.#each((check) => check.sweep?.(machine))
  }

  atRest(): void {
    this.#each((check) => check.atRest?.())
  }

  told(life: Life, event: Told): void {
    if (life.isAlive) this.#telling.told(life, event)
  }

  /** A client reported an error. */
  threw(life: Life, error: unknown): void {
    const { store } = life
    if (store?.isInTrouble === true && storeTroubles.has(codeOf(error) ?? '')) return
    this.#fail('errors', `${life} reported ${String(error)}`, error)
  }

  warned(life: Life, { code, message }: { readonly code: string; readonly message: string }): void {
    if (isWarningExplained(this.#world, code)) return
    this.#fail('errors', `${life} warned of ${code}: ${message}`)
  }

  conflict(life: Life, { name, id, field }: Conflict): void {
    this.#fail('errors', `${life} met two values under one stamp, in ${name} ${id}, ${field}`)
  }

  session(life: Life, session: Session): void {
    session.on('closed', (reason) => {
      if (!life.isAlive) return
      this.#world.count(`session ended with ${reason.code}`)
      if (!isExplained(this.#world, reason.code))
        this.#fail('ends', `${life}’s session with ${session.uid} ended: ${String(reason)}`, reason)
    })
  }

  linkFailed(life: Life, link: Link, error: Error): void {
    const code = codeOf(error)
    // What opens while a program closes cannot begin any more.
    if (!life.isAlive || (life.isClosing && code === 'SYNCRO_NOT_READY')) return
    this.#world.count(`link failed with ${code}`)
    if (!isExplained(this.#world, code)) this.#fail('ends', `${life}’s link to ${link.label}: ${String(error)}`, error)
    if (link.state === 'closed' && !life.isClosing) this.#fail('ends', `${life}’s link to ${link.label} gave up`, error)
  }

  /** A client could not accept a connection. */
  acceptFailed(error: unknown): void {
    if (codeOf(error) === 'SYNCRO_NOT_READY') this.#world.count('connection refused while closing')
    else this.#fail('errors', `accepting threw ${String(error)}`, error)
  }

  #each(tell: (check: Check) => void): void {
    for (const check of this.#all) {
      try {
        tell(check)
      } catch (error) {
        this.#world.engine.fail(error)
        return
      }
    }
  }

  #fail(check: string, problem: string, cause?: unknown): void {
    const failure = new CheckFailed(check, problem)
    failure.cause = cause
    this.#world.engine.fail(failure)
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
