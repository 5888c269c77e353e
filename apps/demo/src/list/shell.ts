/** The program behind both faces, the screen and the plain one: takes lines, gives answers, says when something is new. */

import { EventEmitter } from 'node:events'
import type { Syncro } from '@syncro/core'
import { type Command, LONG_HELP, parseCommand } from './commands.js'
import type { Presence, Status } from './presence.js'
import type { Row, SharedList } from './shared-list.js'

/** How long to wait, before saying goodbye, for the others to take what was done here. */
const SETTLE_MS = 5_000

export class Shell {
  /** `change`: show everything anew. `news`: others did something, in words. `quit`: the user wants to go. */
  readonly events = new EventEmitter<{ change: []; news: [text: string]; quit: [] }>()
  readonly #syncro: Syncro
  readonly #list: SharedList
  readonly #presence: Presence
  readonly #data: string | undefined

  /** @param data the folder that keeps what is done here; undefined if nothing does. */
  constructor(syncro: Syncro, list: SharedList, presence: Presence, data: string | undefined) {
    this.#syncro = syncro
    this.#list = list
    this.#presence = presence
    this.#data = data
    list.events.on('change', () => this.changed())
    list.events.on('news', (text) => this.events.emit('news', text))
  }

  /** Who this is. */
  get name(): string {
    return this.#syncro.uid
  }

  get status(): Status {
    return this.#presence.status
  }

  get outlivesInput(): boolean {
    return this.#presence.outlivesInput
  }

  get rows(): readonly Row[] {
    return this.#list.rows()
  }

  /** To be called when the presence has changed. */
  changed(): void {
    this.events.emit('change')
  }

  /** Does what a line says, and answers. */
  run(line: string): readonly string[] {
    const command = parseCommand(line)
    try {
      return this.#do(command)
    } catch (error) {
      // What Syncro refuses, such as a title of a million letters, is the user's to know and no reason to end.
      return [error instanceof Error ? error.message : String(error)]
    }
  }

  /** Waits until others have everything that was done here; not for ever, and not while nobody is dialled. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#list.unsent > 0 && this.status.mood !== 'away') return
        clearTimeout(timer)
        this.events.off('change', look)
        resolve()
      }
      const timer = setTimeout(() => {
        this.events.off('change', look)
        resolve()
      }, SETTLE_MS)
      this.events.on('change', look)
      look()
    })
  }

  /** Ends everything. Says what nobody has taken, and what becomes of it. */
  async close(): Promise<readonly string[]> {
    if (this.status.mood === 'well') await this.settle()
    const { unsent } = this.#list
    await this.#syncro.close()
    if (unsent === 0) return ['Goodbye.']
    const changes = unsent === 1 ? 'one of your changes' : `${unsent} of your changes`
    if (this.#data === undefined) return [`Goodbye. Nobody has taken ${changes}, and you keep nothing on disk.`]
    return [`Goodbye. Nobody has taken ${changes} yet. It is kept in ${this.#data} for the next time.`]
  }

  #do(command: Command): readonly string[] {
    switch (command.do) {
      case 'add':
        this.#list.add(command.title)
        return []
      case 'edit':
        return answer(command.number, this.#list.edit(command.number, command.title))
      case 'done':
        return answer(command.number, this.#list.toggle(command.number))
      case 'remove':
        return answer(command.number, this.#list.remove(command.number))
      case 'list':
        return describeRows(this.rows)
      case 'offline':
        return [this.#presence.goOffline()]
      case 'online':
        return [this.#presence.goOnline()]
      case 'help':
        return LONG_HELP
      case 'quit':
        this.events.emit('quit')
        return []
      case 'nothing':
        return []
      case 'refuse':
        return [command.reason]
    }
  }
}

function answer(number: number, found: boolean): readonly string[] {
  return found ? [] : [`There is no number ${number}; "list" shows the numbers.`]
}

/** The list as plain text. */
function describeRows(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return ['The list is empty.']
  return rows.map(
    ({ number, done, title, by, unsent }) =>
      `${number}. [${done ? 'x' : ' '}] ${title}  (${by}${unsent ? ', unsent' : ''})`,
  )
}
