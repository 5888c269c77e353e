/** Syncro through its public API: instances that are assigned to and read, sessions of its own over pipes and TCP. */
import { type Session, Syncro } from '@syncro/core'
import type { Collection, RecordEvent } from '@syncro/model'
import type { Listener } from '@syncro/protocol'
import { tcp } from '@syncro/transport-net'
import type { PipeEnd } from './pipe.js'
import type { Field, TodoRecord, Update } from './records.js'
import type { Channel, Replica, Subject } from './subject.js'
import { Barrier, Todo } from './todo.js'

export const syncroSubject: Subject = {
  name: 'syncro',
  about:
    'Todo.find(id), an assignment to the field; at the other end an event and the field read. Form B, built by tsc. No store.',
  open: (uid) => new SyncroReplica(uid),
}

class SyncroReplica implements Replica {
  readonly uid: string
  applied = 0
  receivedBytes = 0
  readonly #syncro: Syncro
  readonly #todos: Collection<Todo>
  readonly #barriers: Barriers
  /** What was read, put together, so that no reading can be left out. */
  #read = 0

  constructor(uid: string) {
    this.uid = uid
    this.#syncro = new Syncro({ uid, models: [Todo, Barrier] })
    this.#todos = this.#syncro.collection(Todo)
    this.#barriers = new Barriers(this.#syncro.collection(Barrier))
  }

  watch(): void {
    this.#todos.on('changed', ({ remote, record, fields }) => {
      if (!remote) return
      for (const field of fields) this.#see(record, field)
    })
  }

  create(record: TodoRecord): void {
    this.#todos.create(record)
  }

  update(update: Update): void {
    const todo = this.#todos.find(update.id)!
    switch (update.field) {
      case 'title':
        todo.title = update.value
        break
      case 'done':
        todo.done = update.value
        break
      case 'priority':
        todo.priority = update.value
        break
      case 'updatedAt':
        todo.updatedAt = update.value
    }
  }

  *records(): Iterable<TodoRecord> {
    for (const { id, title, done, priority, updatedAt } of this.#todos.all())
      yield { id, title, done, priority, updatedAt }
  }

  connect(end: PipeEnd, uid: string): Channel {
    const session = this.#syncro.connect(uid, end)
    end.deliverTo(session)
    const ready = new Promise<void>((resolve, reject) => {
      session.on('caught-up', resolve)
      session.on('closed', reject)
    })
    return this.#channel(
      ready,
      () => session,
      () => session.close(),
    )
  }

  accept(end: PipeEnd): void {
    end.deliverTo(this.#syncro.accept(end))
  }

  async listen(): Promise<number> {
    const { port } = await this.#syncro.listen(this.#counting(tcp({ port: 0 })))
    return port!
  }

  dial(port: number): Channel {
    const link = this.#syncro.dial(tcp({ port }))
    return this.#channel(
      link.ready,
      () => link.session,
      () => link.close(),
    )
  }

  close(): Promise<void> {
    return this.#syncro.close()
  }

  #channel(ready: Promise<void>, session: () => Session | undefined, close: () => void): Channel {
    const barriers = this.#barriers
    return {
      ready,
      get queuedBytes() {
        return session()?.queuedBytes ?? 0
      },
      barrier: () => barriers.pass(),
      close,
    }
  }

  #see(todo: Todo, field: Field): void {
    this.applied += 1
    if (field === 'title') this.#read ^= todo.title.length
    else if (field === 'done') this.#read ^= todo.done ? 1 : 0
    else if (field === 'priority') this.#read ^= todo.priority
    else this.#read ^= todo.updatedAt
  }

  #counting(listener: Listener): Listener {
    return {
      label: listener.label,
      listen: (accept) =>
        listener.listen((connection, peer) => {
          const receiver = accept(connection, peer)
          return {
            receive: (bytes) => {
              this.receivedBytes += bytes.length
              receiver.receive(bytes)
            },
            close: (cause) => receiver.close(cause),
          }
        }),
    }
  }
}

/** Asks and answers by a record: changes travel in order, so what was changed before it has arrived with it. */
class Barriers {
  readonly #collection: Collection<Barrier>
  #barrier: Barrier | undefined
  #passed: (() => void) | undefined

  constructor(collection: Collection<Barrier>) {
    this.#collection = collection
    collection.on('created', (event) => this.#told(event))
    collection.on('changed', (event) => this.#told(event))
  }

  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#passed = resolve
      this.#barrier ??= this.#collection.create({ id: 'barrier' })
      this.#barrier.asked += 1
    })
  }

  #told({ remote, record }: RecordEvent<Barrier>): void {
    if (!remote) return
    if (record.asked !== record.answered) record.answered = record.asked
    else this.#passed?.()
  }
}
