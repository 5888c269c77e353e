/** What is on the shared list. */

import { field, Model, synced } from '@syncro/model'

@synced({ name: 'Item' })
export class Item extends Model {
  @field() accessor title = ''
  @field() accessor done = false
  /** Who changed it last. A field like any other: what travels is data, and whom to thank for it is data too. */
  @field() accessor by = ''
  /** Who is taking it off the list, set just before: a record that is gone has no fields to read. */
  @field() accessor takenBy = ''
}
