/** What one step wrote in one row: what a store has to keep of it. */
import type { Column } from './column.js'
import type { Table } from './table.js'

export interface TouchedRow {
  readonly table: Table
  readonly slot: number
  readonly life: boolean
  readonly columns: readonly Column[]
}
