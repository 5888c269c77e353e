/** What a user of the simulator brings: classes, and what programs do with them. */
import type { Registrable, Syncro } from '@syncro/core'
import type { RecordId } from '@syncro/scriber'
import type { SeededRandom } from '@syncro/scriber/testing'

export interface Workload {
  readonly name: string
  /** The program of one client, anew for each start. */
  program(context: ProgramContext): Program
  /** Records that are only ever written together. */
  readonly wholes: readonly Whole[]
  /** Bytes that no batch takes more than, once encoded. */
  readonly largestBatchBytes: number
}

export interface ProgramContext {
  /** The client's number: 0 is the first. */
  readonly number: number
  /** The same at each start of a client: which version of the program it runs, say. */
  readonly random: SeededRandom
  /** To be told what a class's listeners were told: it is compared with what happened. */
  readonly told: (event: Told) => void
}

export interface Program {
  readonly models: readonly Registrable[]
  /** The names of classes whose listeners tell everything to `told`, with the fields that they know. */
  readonly telling: ReadonlyMap<string, ReadonlySet<string>>
  /** The store is open: listeners are added here. */
  begin?(syncro: Syncro): void
  /** Does one operation, and says which, for the trace. */
  operate(syncro: Syncro, operation: Operating): string
}

export interface Operating {
  readonly number: number
  readonly random: SeededRandom
}

/** What a listener was told of a record. */
export interface Told {
  readonly name: string
  readonly id: RecordId
  readonly type: 'created' | 'changed' | 'destroyed'
  readonly fields: readonly string[]
  readonly remote: boolean
}

/** Records of one class whose field is only ever written in one batch, with one value: it is never seen in part. */
export interface Whole {
  readonly name: string
  readonly ids: readonly RecordId[]
  readonly field: string
}
