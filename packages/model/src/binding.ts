/** A class as one Syncro knows it: table, fields, instances. */
import type { Binding, StepOrigin, Syncro } from '@syncro/core'
import {
  checkId,
  type Effect,
  type RecordId,
  type Scriber,
  type Shape,
  type Table,
  UsageError,
  type Value,
} from '@syncro/scriber'
import { BoundField } from './bound-field.js'
import { ModelCollection } from './collection.js'
import { construct } from './construction.js'
import { DraftValues } from './draft.js'
import { shown, usageError } from './errors.js'
import { IdentityMap } from './identity-map.js'
import { idMaker } from './ids.js'
import type { FieldDeclaration } from './metadata.js'
import { RecordState } from './record-state.js'
import type { Schema } from './schema.js'
import { Building } from './staging.js'
import { Teller } from './teller.js'
import type { AnyModel, ModelClass } from './types.js'

export class ModelBinding implements Binding<ModelCollection<AnyModel>> {
  readonly name: string
  readonly collection: ModelCollection<AnyModel>
  readonly syncro: Syncro
  readonly scriber: Scriber
  readonly table: Table
  readonly fields: readonly BoundField[]
  readonly teller: Teller
  readonly #class: ModelClass<AnyModel>
  readonly #schema: Schema
  readonly #shape: Shape
  readonly #byName: ReadonlyMap<string, number>
  readonly #instances: IdentityMap<AnyModel>
  readonly #nextId: () => string

  /** @throws UsageError `SYNCRO_CLASS_UNNAMED` in production, `SYNCRO_NAME_INVALID`, `SYNCRO_FIELD_INVALID`, `SYNCRO_FIELD_SHADOWED`. */
  constructor(target: ModelClass<AnyModel>, schema: Schema, syncro: Syncro) {
    checkNamed(schema, syncro)
    syncro.scriber.checkName(schema.name)
    this.#class = target
    this.#schema = schema
    this.name = schema.name
    this.syncro = syncro
    this.scriber = syncro.scriber
    this.table = syncro.scriber.ledger.table(schema.name)
    this.#instances = new IdentityMap(this.table, syncro.environment.timers)
    const settled = schema.settle(() => this.#probe())
    this.fields = settled.map(
      (field) => new BoundField(field, schema.name, this.table.column(field.name), this.scriber),
    )
    this.scriber.declare({
      name: schema.name,
      id: schema.idType === 'number' ? 'integer' : 'text',
      fields: settled.map(({ name, type }) => ({ name, kind: type.parts.kind })),
    })
    this.#shape = {
      table: this.table,
      columns: this.fields.map(({ column }) => column),
      names: this.fields.map(({ name }) => name),
    }
    this.#byName = new Map(settled.map(({ name }, index) => [name, index]))
    this.#nextId = idMaker(() => syncro.environment.now(), syncro.environment.random)
    this.teller = new Teller(this)
    this.collection = new ModelCollection(this)
    schema.bindings.add(this)
  }

  told(effects: readonly Effect[], origin: StepOrigin): void {
    this.teller.tell(effects, origin)
  }

  release(): void {
    this.#schema.bindings.delete(this)
    this.teller.clear()
  }

  /** @throws UsageError `SYNCRO_NOT_READY`. */
  checkReady(): void {
    if (this.scriber.isReady) return
    throw new UsageError(
      'SYNCRO_NOT_READY',
      'The store is not open: `await syncro.ready` before the first read or write, and use nothing after close().',
    )
  }

  /** The place of a field among the class's fields. @throws UsageError `SYNCRO_FIELD_UNKNOWN`. */
  indexOf(name: string): number {
    const index = this.#byName.get(name)
    if (index !== undefined) return index
    const known = [...this.#byName.keys()].join(', ')
    throw usageError(
      'SYNCRO_FIELD_UNKNOWN',
      `${this.name} has no field ${shown(name)}; its fields are ${known || 'none'}. Getters, methods and plain properties are no fields.`,
    )
  }

  /** True for fields of the class; records may have more, from newer versions of it. */
  hasField(name: string): boolean {
    return this.#byName.has(name)
  }

  /** @throws UsageError `SYNCRO_DECORATOR_MISUSED` for a field that the class's declaration leaves out. */
  checkDeclared({ name, index }: FieldDeclaration): void {
    if (this.#schema.declarations[index]?.name === name) return
    throw usageError(
      'SYNCRO_DECORATOR_MISUSED',
      `${this.name}.${name} is marked with @field, and the class lists its fields in synced(this, …): use one form for all of them, @synced({ name: '${this.name}' }) or the list.`,
    )
  }

  /** Whether a record is one that the class can show: ids of the other kind are kept and passed on. */
  shows(id: RecordId): boolean {
    if (typeof id === this.#schema.idType) return true
    this.syncro.warn(
      'SYNCRO_ID_MISFIT',
      this.name,
      `Records of ${this.name} have come whose ids are ${typeof id === 'number' ? 'integers' : 'text'}, which the class does not take: they are kept and passed on, and not shown. ${
        typeof id === 'number'
          ? `Declare it with { id: 'integer' } and \`extends Model<number>\` if that is what its ids are.`
          : `Leave out { id: 'integer' } if its ids are text.`
      }`,
    )
    return false
  }

  /** The id for a new record: the one given, or a new one. @throws UsageError `SYNCRO_ID_INVALID`. */
  idFor(given: unknown): RecordId {
    const { idType } = this.#schema
    if (given === undefined && idType === 'string') return this.#freshId()
    if (typeof given !== idType)
      throw new UsageError(
        'SYNCRO_ID_INVALID',
        idType === 'string'
          ? `The ids of ${this.name} are text, and it was given ${shown(given)}. Leave the id out to have one made, or declare the class with { id: 'integer' }.`
          : `The ids of ${this.name} are integers, and it was given ${shown(given)}. Give each record its integer: no two clients could make up different ones.`,
      )
    checkId(given, this.scriber.limits)
    return given
  }

  /** Admits values by the names of their fields; the result is by index. */
  admitAll(values: object): (Value | undefined)[] {
    const admitted: (Value | undefined)[] = []
    for (const name of Object.keys(values)) {
      if (name === 'id') continue
      const index = this.indexOf(name)
      admitted[index] = this.fields[index]!.admit((values as { readonly [name: string]: unknown })[name])
    }
    return admitted
  }

  /** The one instance of a record that is here. */
  instance(id: RecordId, slot: number): AnyModel {
    const known = this.#instances.get(id, slot)
    if (known !== undefined) return known
    const state = new RecordState(this, id, slot)
    this.#build(state)
    return this.#adopt(state)
  }

  create(values: object): AnyModel {
    this.checkReady()
    const given = this.admitAll(values)
    const id = this.idFor(idIn(values))
    const state = new RecordState(this, id)
    const initial = this.#initial(this.#build(state))
    state.slot = this.#record(id, initial, given)
    return this.#instances.get(id, state.slot) ?? this.#adopt(state)
  }

  /** Creates the record of a draft. */
  insert(id: RecordId, initial: readonly unknown[], given: readonly (Value | undefined)[]): AnyModel {
    return this.instance(id, this.#record(id, initial, given))
  }

  /** A draft of a record, or of a new one. */
  draft(id: RecordId, record: RecordState | undefined): { readonly model: AnyModel; readonly values: DraftValues } {
    const state = new RecordState(this, id, record?.slot)
    const initial = this.#initial(this.#build(state))
    const values = new DraftValues(state, initial, record)
    state.staging = values
    return { model: state.model!, values }
  }

  #record(id: RecordId, initial: readonly unknown[], given: readonly (Value | undefined)[]): number {
    const { fields } = this
    const values = fields.map((field, index) => {
      const value = given[index]
      return value === undefined ? field.admit(initial[index]) : value
    })
    return this.scriber.create(this.#shape, id, values)
  }

  /** Runs the constructor; what it gives to fields is collected. */
  #build(state: RecordState): readonly unknown[] {
    const building = new Building()
    state.staging = building
    construct(this.#class, state)
    state.staging = undefined
    return building.values
  }

  /** Initial values, with the defaults of fields that no initialiser gives one. */
  #initial(built: readonly unknown[]): readonly unknown[] {
    return this.#schema.declarations.map(({ type, index }) =>
      built[index] === undefined ? type?.parts.makeDefault?.() : built[index],
    )
  }

  #probe(): { readonly model: AnyModel; readonly initial: readonly unknown[] } {
    const state = new RecordState(this, '')
    const initial = this.#build(state)
    return { model: state.model!, initial }
  }

  #adopt(state: RecordState): AnyModel {
    const model = state.model!
    this.#instances.set(state.slot, model)
    return model
  }

  #freshId(): string {
    let id = this.#nextId()
    while (this.table.slot(id) !== undefined) id = this.#nextId()
    return id
  }
}

function checkNamed({ isNamed, name }: Schema, syncro: Syncro): void {
  if (isNamed) return
  const message = `A class is known on the wire by what the program calls it, ${shown(name)}: minifiers change that, and then its records are lost to everybody else. Name it: synced({ name: '${name || 'Todo'}' }).`
  if (syncro.mode === 'production' || name === '') throw usageError('SYNCRO_CLASS_UNNAMED', message)
  syncro.warn('SYNCRO_CLASS_UNNAMED', name, message)
}

function idIn(values: object): unknown {
  return 'id' in values ? values.id : undefined
}
