/** Tells listeners what each step did: those of a record, then those of its class. */
import type { StepOrigin } from '@syncro/core'
import { type Effect, Events, handOut, type RecordId } from '@syncro/scriber'
import type { ModelBinding } from './binding.js'
import { usageError } from './errors.js'
import {
  type MisfitEvent,
  type RecordEvent,
  type RecordEventName,
  type RecordEvents,
  recordEventNames,
} from './events.js'
import type { AnyModel, FieldName } from './types.js'

type AnyEvents = RecordEvents<AnyModel>
type AnyEvent = RecordEvent<AnyModel>

/** The listeners of one record. They hold its instance, so that what they set on it stays. */
interface Heard {
  readonly model: AnyModel
  readonly events: Events<AnyEvents>
  listeners: number
}

export class Teller {
  readonly #binding: ModelBinding
  #events = this.#makeEvents()
  readonly #heard = new Map<RecordId, Heard>()

  constructor(binding: ModelBinding) {
    this.#binding = binding
  }

  /** Listens on all records of the class; the result takes the listener off again. */
  on<Name extends RecordEventName>(name: Name, listener: AnyEvents[Name]): () => void {
    checkListener(name, listener)
    return this.#events.on(name, ownCopy(listener))
  }

  /** Listens on one record. */
  onRecord<Name extends RecordEventName>(
    id: RecordId,
    model: AnyModel,
    name: Name,
    listener: AnyEvents[Name],
  ): () => void {
    checkListener(name, listener)
    const heard = this.#heard.get(id) ?? { model, events: this.#makeEvents(), listeners: 0 }
    this.#heard.set(id, heard)
    heard.listeners += 1
    return this.#undo(id, heard, heard.events.on(name, ownCopy(listener)))
  }

  /** Takes a listener off, once. Programs keep what `on` gave them: it lets go of the instance when it has been called. */
  #undo(id: RecordId, listenedTo: Heard, off: () => void): () => void {
    let heard: Heard | undefined = listenedTo
    return () => {
      if (heard === undefined) return
      off()
      heard.listeners -= 1
      if (heard.listeners === 0 && this.#heard.get(id) === heard) this.#heard.delete(id)
      heard = undefined
    }
  }

  tell(effects: readonly Effect[], origin: StepOrigin): void {
    if (this.#heard.size === 0 && !this.#isHeard()) return
    for (const effect of effects) {
      if (!this.#binding.shows(effect.id)) continue
      const heard = this.#heard.size === 0 ? undefined : this.#heard.get(effect.id)?.events
      this.#tellChange(effect, origin, heard)
      if (effect.type !== 'destroyed') this.#tellMisfits(effect, origin, heard)
    }
  }

  #isHeard(): boolean {
    for (const name of recordEventNames) if (this.#events.has(name)) return true
    return false
  }

  /** Drops all listeners. */
  clear(): void {
    this.#heard.clear()
    this.#events = this.#makeEvents()
  }

  /** @param ofRecord the record's own listeners, who are told first. */
  #tellChange(effect: Effect, origin: StepOrigin, ofRecord: Events<AnyEvents> | undefined): void {
    const { type } = effect
    if (!this.#events.has(type) && ofRecord?.has(type) !== true) return
    const fields = this.#declared(effect.fields)
    if (type === 'changed' && fields.length === 0) return
    const event = this.#event(type, effect, fields, origin)
    ofRecord?.emit(type, event)
    this.#events.emit(type, event)
  }

  #tellMisfits(effect: Effect, origin: StepOrigin, ofRecord: Events<AnyEvents> | undefined): void {
    if (!this.#events.has('misfit') && ofRecord?.has('misfit') !== true) return
    for (const name of effect.fields) {
      if (!this.#binding.hasField(name)) continue
      const field = this.#binding.fields[this.#binding.indexOf(name)]!
      const value = field.column.get(effect.slot)
      if (value === undefined || field.fits(value, effect.slot)) continue
      const event: MisfitEvent<AnyModel> = {
        ...this.#event('misfit', effect, [name], origin),
        type: 'misfit',
        value: handOut(value),
      }
      ofRecord?.emit('misfit', event)
      this.#events.emit('misfit', event)
    }
  }

  /** Those of a record's fields that the class declares: all of them, mostly. */
  #declared(fields: readonly string[]): readonly string[] {
    for (const name of fields)
      if (!this.#binding.hasField(name)) return fields.filter((field) => this.#binding.hasField(field))
    return fields
  }

  #event(
    type: AnyEvent['type'],
    { id, slot }: Effect,
    fields: readonly string[],
    { remote, uid }: StepOrigin,
  ): AnyEvent {
    return {
      type,
      record: this.#binding.instance(id, slot),
      fields: fields as readonly FieldName<AnyModel>[],
      remote,
      uid,
    }
  }

  #makeEvents(): Events<AnyEvents> {
    return new Events<AnyEvents>((error) => this.#binding.scriber.reportError(error))
  }
}

/** One function given to `on` twice is two listeners, each with its own end. */
function ownCopy<Listener extends (event: never) => void>(listener: Listener): Listener {
  return ((event) => listener(event)) as Listener
}

function checkListener(name: RecordEventName, listener: unknown): void {
  if (typeof listener !== 'function') throw new TypeError(`on('${name}', …) takes a function to be called.`)
  if (!recordEventNames.includes(name))
    throw usageError(
      'SYNCRO_EVENT_UNKNOWN',
      `There is no event ${JSON.stringify(name)}: records tell ${recordEventNames.join(', ')}.`,
    )
}
