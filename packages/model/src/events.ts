/** What is told of records: once for each record and batch, to those who listen on the record and those who listen on its class. */
import type { FieldName } from './types.js'

/** What happened to one record in one batch, here or elsewhere. */
export interface RecordEvent<M> {
  /** `created` also tells of a restore, and of a record that another client's catch-up brought. */
  readonly type: 'created' | 'changed' | 'destroyed' | 'misfit'
  readonly record: M
  /** The fields whose values changed; of a created record those that are set, of a destroyed one none. */
  readonly fields: readonly FieldName<M>[]
  /** True for what another client did. */
  readonly remote: boolean
  /** The client it came through; undefined for what was done here. */
  readonly uid: string | undefined
}

/** A value arrived that its field does not take: it is kept and passed on, and the accessor shows the default. */
export interface MisfitEvent<M> extends RecordEvent<M> {
  readonly type: 'misfit'
  /** The value that arrived. */
  readonly value: unknown
}

/** The events with the listeners they take. What a listener throws is reported as an error of the `Syncro`, and stops nobody. */
export interface RecordEvents<M> {
  created: (event: RecordEvent<M>) => void
  changed: (event: RecordEvent<M>) => void
  destroyed: (event: RecordEvent<M>) => void
  misfit: (event: MisfitEvent<M>) => void
}

export type RecordEventName = keyof RecordEvents<unknown>

export const recordEventNames: readonly RecordEventName[] = ['created', 'changed', 'destroyed', 'misfit']
