/** The one class of all demos. */

import { field, Model, synced } from '@syncro/model'

@synced({ name: 'Todo' })
export class Todo extends Model {
  @field() accessor title = ''
  @field() accessor done = false
  /** Who changed it last. A field like any other: Syncro knows what has changed, and this says who would like to be asked about it. */
  @field() accessor by = ''
}
