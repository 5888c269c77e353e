/** Values of instances that are being made. */
import type { Value } from '@syncro/scriber'
import type { Staging } from './record-state.js'

/**
 * Collects what initialisers and constructors give to fields. Of a new record it is recorded; of one that exists it is dropped, since
 * making an instance of a record must never write to it.
 */
export class Building implements Staging {
  readonly values: unknown[] = []

  read(index: number): unknown {
    return this.values[index]
  }

  write(index: number, value: unknown): void {
    this.values[index] = value
  }

  put(index: number, value: Value): void {
    this.write(index, value)
  }
}
