/**
 * A batch is never half visible outside a catch-up: records that are only written together show one value, except while a catch-up brings them
 * (DESIGN section 5, "Batches"), and where it was cut off, until the next one is through.
 */
import type { Scriber, Step } from '@syncro/scriber'
import type { Life } from '../world/life.js'
import type { Whole } from '../world/workload.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'
import { birth } from './held.js'
import type { Knowledge } from './knowledge.js'
import { peerOf, sessionOf } from './origin.js'
import { shownRecord, valueText } from './shown.js'

/** How the records of one whole stand at one client. */
interface Standing {
  isWhole: boolean
  /** In this client's life it was seen in part, or came in rows: then others may have it in part from here. */
  isSuspect: boolean
}

export class WholesCheck implements Check {
  readonly name = 'wholes'
  readonly #world: World
  readonly #knowledge: Knowledge
  readonly #standings = new WeakMap<Life, Map<Whole, Standing>>()

  constructor(world: World, knowledge: Knowledge) {
    this.#world = world
    this.#knowledge = knowledge
  }

  ready(life: Life): void {
    const standings = new Map<Whole, Standing>()
    for (const whole of this.#world.workload.wholes) {
      const isWhole = isShownWhole(life.syncro.scriber, whole)
      standings.set(whole, { isWhole, isSuspect: !isWhole })
    }
    this.#standings.set(life, standings)
  }

  step(life: Life, step: Step): void {
    for (const [whole, standing] of this.#standings.get(life) ?? []) {
      // Also where they change nothing that is shown: they are passed on all the same.
      standing.isSuspect ||= step.rows.some(({ name, id }) => name === whole.name && whole.ids.includes(id))
      if (!touches(step, whole)) continue
      const isWhole = isShownWhole(life.syncro.scriber, whole)
      if (!isWhole) this.#world.count('batch seen in part')
      if (standing.isWhole && !isWhole && !this.#mayBreak(step, whole))
        throw new CheckFailed(this.name, `${life} shows ${shownText(life, whole)} after a step outside a catch-up`)
      standing.isWhole = isWhole
      standing.isSuspect ||= !isWhole
    }
  }

  atRest(): void {
    for (const { ready } of this.#world.machines)
      for (const whole of this.#world.workload.wholes)
        if (ready !== undefined && !isShownWhole(ready.syncro.scriber, whole) && !this.#isTorn(whole))
          throw new CheckFailed(this.name, `at rest ${ready} shows ${shownText(ready, whole)}`)
  }

  /** Of a batch that a catch-up had brought in part the rest may be lost, with whoever sent it. An edit shows nothing where the birth is lost. */
  #isTorn({ name, ids, field }: Whole): boolean {
    return ids.some((id) => [birth, field].some((part) => this.#knowledge.isLost({ name, id, part })))
  }

  /**
   * Rows of a catch-up, or rows that are passed on by somebody who has them from one: that one may cut them into smaller chunks than they came
   * in, and says nothing of a catch-up. And a batch of somebody who has them in part: it creates what is missing there, and updates the rest.
   */
  #mayBreak(step: Step, whole: Whole): boolean {
    const session = sessionOf(step)
    if (session === undefined) return false
    const ofWhole = step.batch?.changes.filter(({ name, id }) => name === whole.name && whole.ids.includes(id))
    if (ofWhole?.every(({ type }) => type === ofWhole[0]?.type) === true) return false
    if (step.batch === undefined && session.state === 'catching-up') return true
    const peer = peerOf(session)
    return peer !== undefined && this.#standings.get(peer)?.get(whole)?.isSuspect === true
  }
}

function touches({ effects }: Step, { name, ids }: Whole): boolean {
  return effects.some((effect) => effect.name === name && ids.includes(effect.id))
}

function valuesOf({ ledger }: Scriber, { name, ids, field }: Whole): string[] {
  const table = ledger.findTable(name)
  return ids.map((id) => {
    const value = shownRecord(table, id)?.get(field)
    return value === undefined ? 'nothing' : valueText(value)
  })
}

function isShownWhole(scriber: Scriber, whole: Whole): boolean {
  return new Set(valuesOf(scriber, whole)).size === 1
}

function shownText(life: Life, whole: Whole): string {
  return `${whole.name} ${whole.ids.join(', ')} with ${whole.field} ${valuesOf(life.syncro.scriber, whole).join(', ')}`
}
