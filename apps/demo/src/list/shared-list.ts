/** The list as one client has it: what can be done to it, and what the others do to it, in words. */

import { EventEmitter } from 'node:events'
import type { Syncro, Unsent } from '@syncro/core'
import { Item } from './item.js'
import { printable } from './printable.js'

/** One line of the list. */
export interface Row {
  /** Its number in this terminal: given once and never again, so that typing is safe while others change the list. */
  readonly number: number
  readonly title: string
  readonly done: boolean
  /** Who changed it last. */
  readonly by: string
  /** Changed here, and nobody else has taken it yet. */
  readonly unsent: boolean
}

/** An item as it was when it was last looked at, to say what has changed. */
interface Known {
  readonly number: number
  readonly title: string
  readonly done: boolean
}

export class SharedList {
  /** `change`: something is different. `news`: somebody else did something; in words. */
  readonly events = new EventEmitter<{ change: []; news: [text: string] }>()
  readonly #syncro: Syncro
  readonly #known = new Map<string, Known>()
  /** What was changed here and nobody has acknowledged. */
  readonly #unsent = new Set<Unsent['id']>()
  #numbers = 0

  constructor(syncro: Syncro) {
    this.#syncro = syncro
    // What was there before: numbers for all of it, and what the others still lack.
    for (const item of Item.all()) this.#note(item)
    for (const { id } of syncro.unsent()) this.#unsent.add(id)
    syncro.on('changed', () => {
      this.#sweep()
      this.events.emit('change')
    })
    Item.on('created', ({ record, remote }) => {
      this.#note(record)
      this.#tell(record, remote, `${record.by} added "${record.title}"${record.done ? ', done' : ''}`)
    })
    Item.on('changed', ({ record, remote }) => this.#tell(record, remote, ...this.#differences(record)))
    Item.on('destroyed', ({ record, remote }) => this.#tell(record, remote, this.#farewell(record)))
  }

  /** How many items were changed here without anybody else having taken that yet. */
  get unsent(): number {
    return this.#unsent.size
  }

  rows(): readonly Row[] {
    return Item.all()
      .map((item) => ({
        number: this.#note(item).number,
        title: printable(item.title),
        done: item.done,
        by: printable(item.by),
        unsent: this.#unsent.has(item.id),
      }))
      .sort((a, b) => a.number - b.number)
  }

  add(title: string): void {
    Item.create({ title, by: this.#syncro.uid })
  }

  /** The three below say whether there is such a number. */
  edit(number: number, title: string): boolean {
    const item = this.#find(number)
    item?.update({ title, by: this.#syncro.uid })
    return item !== undefined
  }

  toggle(number: number): boolean {
    const item = this.#find(number)
    item?.update({ done: !item.done, by: this.#syncro.uid })
    return item !== undefined
  }

  remove(number: number): boolean {
    const item = this.#find(number)
    if (item === undefined) return false
    // A change of its own, not one with the destroy: what is destroyed has no fields, and the others would not learn who did it.
    item.takenBy = this.#syncro.uid
    item.destroy()
    return true
  }

  #find(number: number): Item | undefined {
    return Item.all().find((item) => this.#known.get(item.id)?.number === number)
  }

  #note({ id, title, done }: Item): Known {
    let number = this.#known.get(id)?.number
    if (number === undefined) number = ++this.#numbers
    const known = { number, title, done }
    this.#known.set(id, known)
    return known
  }

  /** What is different since it was last looked at, in words. */
  #differences(item: Item): string[] {
    const before = this.#known.get(item.id)
    this.#note(item)
    const words: string[] = []
    if (before?.title !== item.title) words.push(`${item.by} changed "${before?.title}" to "${item.title}"`)
    if (before?.done !== item.done) words.push(`${item.by} ${item.done ? 'ticked off' : 'put back'} "${item.title}"`)
    return words
  }

  #farewell({ id, title, takenBy }: Item): string {
    const known = this.#known.get(id)?.title ?? title
    this.#known.delete(id)
    // Of a removal that was made offline nothing but the removal arrives.
    return takenBy === '' ? `"${known}" was removed` : `${takenBy} removed "${known}"`
  }

  #tell({ id }: Item, remote: boolean, ...words: string[]): void {
    if (!remote) this.#unsent.add(id)
    else for (const text of words) this.events.emit('news', printable(text))
    this.events.emit('change')
  }

  /**
   * Forgets what has been acknowledged. It is remembered here because a server that keeps nothing may have lost everything once it is out of
   * sight: Syncro calls what it had acknowledged pending again then, and for a list on a screen that would be too careful.
   */
  #sweep(): void {
    for (const id of this.#unsent) if (this.#syncro.syncState('Item', id) === 'synced') this.#unsent.delete(id)
  }
}
