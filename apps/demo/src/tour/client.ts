/** A client of the tour: a process that keeps to-dos, does what the tour asks for, and tells what it sees. Started by the tour only. */

import { type Link, Syncro } from '@syncro/core'
import type { RecordEvent } from '@syncro/model'
import { sqlite } from '@syncro/store-sqlite'
import { tcp } from '@syncro/transport-net'
import { Todo } from '../todo.js'
import type { NumberedOrder, Order, Part, Report, Sight, TodoImage } from './messages.js'
import { SlowLine } from './slow-line.js'

/**
 * Between two attempts to dial, in ms. Links of a real application wait for up to half a minute, to spare a server that has trouble; here
 * somebody is watching.
 */
const REDIAL_LONGEST_MS = 1_000

/** What an order answers, beside that it is done. */
type Outcome = { readonly id?: string; readonly todos?: readonly TodoImage[] }

class Client {
  readonly #part: Part
  readonly #syncro: Syncro
  #line: SlowLine | undefined
  #link: Link | undefined
  #telling = false
  #left = false

  constructor(part: Part) {
    this.#part = part
    this.#syncro = new Syncro({
      uid: part.name,
      models: [Todo],
      store: sqlite(part.file),
      limits: { redialLongestMs: REDIAL_LONGEST_MS },
    })
  }

  /** Opens its file; listens or dials then, as its part says. */
  async begin(): Promise<void> {
    const syncro = this.#syncro
    await syncro.ready
    const found = images()
    syncro.on('changed', () => this.#tellSoon())
    syncro.scriber.on('stored', () => this.#tellSoon())
    for (const type of ['created', 'changed', 'destroyed'] as const) Todo.on(type, (event) => this.#saw(type, event))
    tell({ tell: 'begun', port: await this.#meet(), found })
    this.#tellSoon()
  }

  /** Returns the port. */
  async #meet(): Promise<number> {
    const { does, port } = this.#part
    if (does === 'listen') return (await this.#syncro.listen(tcp({ port }))).port ?? 0
    this.#line = new SlowLine(tcp({ port }))
    this.#link = this.#syncro.dial(this.#line)
    return port
  }

  async obey(order: Order): Promise<Outcome> {
    if (this.#part.sabotage === 'hang' && order.do === 'release') return {}
    switch (order.do) {
      case 'create':
        return { id: Todo.create({ title: order.title }).id }
      case 'edit':
        find(order.id).update(order.fields)
        return {}
      case 'destroy':
        find(order.id).destroy()
        return {}
      case 'hold':
        this.#line?.hold()
        return {}
      case 'release':
        this.#line?.release()
        return {}
      case 'go-offline':
        this.#link?.close()
        return {}
      case 'go-online':
        if (this.#line) this.#link = this.#syncro.dial(this.#line)
        return {}
      case 'recite':
        return { todos: this.#recite() }
      case 'leave':
        this.#left = true
        await this.#syncro.close()
        return {}
    }
  }

  #recite(): readonly TodoImage[] {
    const todos = images()
    if (this.#part.sabotage !== 'differ') return todos
    return todos.map((todo) => ({ ...todo, title: `${todo.title}!` }))
  }

  #saw(what: Sight, { record, fields, remote }: RecordEvent<Todo>): void {
    if (remote) tell({ tell: 'saw', what, todo: image(record), fields })
    this.#tellSoon()
  }

  /** Once for everything that happens at a time. */
  #tellSoon(): void {
    if (this.#telling) return
    this.#telling = true
    setImmediate(() => {
      this.#telling = false
      if (this.#left) return
      const { scriber } = this.#syncro
      tell({
        tell: 'standing',
        standing: {
          live: this.#part.does === 'listen' || this.#syncro.status === 'live',
          stored: scriber.stored >= scriber.kept,
          online: this.#syncro
            .clients()
            .filter(({ online }) => online)
            .map(({ uid }) => uid),
          unsent: this.#syncro.unsent().length,
          todos: images(),
        },
      })
    })
  }
}

function find(id: string): Todo {
  const todo = Todo.find(id)
  if (todo === undefined) throw new Error(`there is no to-do ${id}`)
  return todo
}

function images(): TodoImage[] {
  return Todo.all().map(image)
}

function image({ id, title, done }: Todo): TodoImage {
  return { id, title, done }
}

function tell(report: Report): void {
  if (process.connected) process.send?.(report)
}

// The tour decides when its clients end: Ctrl-C goes to the whole group of processes, and the pipe closes when the tour is gone.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
process.once('message', (part) => {
  const client = new Client(part as Part)
  process.on('message', async (message) => {
    const { number, order } = message as NumberedOrder
    try {
      tell({ tell: 'done', number, ...(await client.obey(order)) })
    } catch (error) {
      tell({ tell: 'failed', number, reason: error instanceof Error ? error.message : String(error) })
    }
  })
  client.begin()
})
