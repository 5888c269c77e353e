/**
 * Check vii: listeners are told once of each effective change, and what they were told leads from what was shown to what is shown.
 *
 * Of each client it keeps what a listener would have by now who takes over what he is told.
 */
import { type Effect, equalValues, type Step, type Value } from '@syncro/scriber'
import { recordKey } from '../machine/disk.js'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'
import type { Told } from '../world/workload.js'
import { type Check, CheckFailed } from './check.js'
import { effectsOf } from './effects.js'
import { keyOf } from './held.js'
import { type ShownFields, shownRecord, shownRecords, valueText } from './shown.js'

/** What a listener knows. */
type Shadow = Map<string, ShownFields>

/** One effect of a step, on its way to a listener. */
interface Taking {
  readonly effect: Effect
  readonly step: Step
  /** The values that the step gives to fields. */
  readonly said: ReadonlyMap<string, Value | undefined>
  /** Whether each record is told of once. */
  readonly isOnce: boolean
}

export class TellingCheck implements Check {
  readonly name = 'telling'
  readonly #shadows = new WeakMap<Life, Shadow>()
  readonly #told = new WeakMap<Life, Told[]>()

  ready(life: Life): void {
    this.#shadows.set(life, shownRecords(life.syncro.scriber))
    this.#told.set(life, [])
  }

  /** A class's listener was told of a record. */
  told(life: Life, event: Told): void {
    this.#told.get(life)?.push(event)
  }

  step(life: Life, step: Step): void {
    const shadow = this.#shadows.get(life)
    if (shadow === undefined) throw new CheckFailed(this.name, `${life} told a step before it was ready`)
    this.#compareTold(life, step)
    const said = new Map<string, Value | undefined>()
    for (const effect of effectsOf(step)) said.set(keyOf(effect), effect.value)
    // What a listener wrote is in the ledger already, and told after this.
    const isNewest = life.syncro.scriber.ledger.order.last === step.position
    const isOnce = new Set(step.effects.map(({ name, id }) => recordKey(name, id))).size === step.effects.length
    if (!isOnce) life.machine.world.count('record told twice in one step')
    for (const effect of step.effects) this.#take(life, shadow, { effect, step, said, isOnce })
    if (isNewest) for (const effect of effectsOf(step)) this.#compareRecord(life, shadow, effect.name, effect.id)
  }

  operated(life: Life): void {
    this.#compareAll(life)
  }

  sweep({ ready }: Machine): void {
    if (ready !== undefined) this.#compareAll(ready)
  }

  #take(life: Life, shadow: Shadow, { effect, step, said, isOnce }: Taking): void {
    const { name, id, type, fields, slot } = effect
    const key = recordKey(name, id)
    const before = shadow.get(key)
    const wrong = (problem: string) => new CheckFailed(this.name, `${life} told ${type} of ${name} ${id}, ${problem}`)
    if ((before === undefined) !== (type === 'created'))
      throw wrong(before === undefined ? 'which nobody knew' : 'which was there')
    if (type === 'destroyed') {
      shadow.delete(key)
      return
    }
    const { ledger } = life.syncro.scriber
    const table = ledger.table(name)
    const after: ShownFields = new Map(before)
    for (const field of fields) {
      const column = table.column(field)
      const isLater = column.has(slot) && ledger.order.base + column.offset(slot) > step.position
      const value = (isLater ? said.get(keyOf({ name, id, part: field })) : undefined) ?? column.get(slot)
      if (isOnce && !isLater && isSame(value, before?.get(field))) throw wrong(`whose ${field} is what it was`)
      if (value === undefined) after.delete(field)
      else after.set(field, value)
    }
    shadow.set(key, after)
  }

  /** The listeners of the classes were told the same as the recorder's. */
  #compareTold(life: Life, { effects, origin }: Step): void {
    const told = this.#told.get(life)!.splice(0)
    const expected: Told[] = []
    for (const { name, id, type, fields } of effects) {
      const known = life.program.telling.get(name)
      if (known === undefined) continue
      const shownFields = fields.filter((field) => known.has(field))
      if (type === 'changed' && shownFields.length === 0) continue
      expected.push({ name, id, type, fields: shownFields, remote: origin !== undefined })
    }
    const [isTold, isExpected] = [toldTexts(told), toldTexts(expected)]
    if (isTold !== isExpected)
      throw new CheckFailed(
        this.name,
        `${life}'s listeners were told [${isTold}], and what happened was [${isExpected}]`,
      )
  }

  #compareAll(life: Life): void {
    const shadow = this.#shadows.get(life)!
    const shown = shownRecords(life.syncro.scriber)
    for (const [key, fields] of shown) this.#compare(life, key, shadow.get(key), fields)
    for (const [key, fields] of shadow) if (!shown.has(key)) this.#compare(life, key, fields, undefined)
  }

  #compareRecord(life: Life, shadow: Shadow, name: string, id: string | number): void {
    const key = recordKey(name, id)
    this.#compare(life, key, shadow.get(key), shownRecord(life.syncro.scriber.ledger.findTable(name), id))
  }

  #compare(life: Life, key: string, told: ShownFields | undefined, shown: ShownFields | undefined): void {
    if (told === undefined || shown === undefined) {
      if (told === shown) return
    } else if (told.size === shown.size && [...shown].every(([field, value]) => isSame(value, told.get(field)))) return
    throw new CheckFailed(
      this.name,
      `${life} shows ${key}: ${fieldsText(shown)}, and what it told leads to ${fieldsText(told)}`,
    )
  }
}

function isSame(a: Value | undefined, b: Value | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalValues(a, b)
}

/** In the order of classes and records, since each class is told for itself. */
function toldTexts(events: readonly Told[]): string {
  return events
    .map(({ name, id, type, fields, remote }) => `${name} ${id} ${type} ${[...fields].sort()} ${remote}`)
    .sort()
    .join('; ')
}

function fieldsText(fields: ShownFields | undefined): string {
  if (fields === undefined) return 'nothing'
  return [...fields].map(([field, value]) => `${field} ${valueText(value)}`).join(', ')
}
