/** The workload that comes with the simulator: a board of todos, notes and counters, on clients of different versions. */
import type { Player, Syncro } from '@syncro/core'
import type { AnyModel, Collection, RecordEvent } from '@syncro/model'
import type { Program, ProgramContext, Told, Workload } from '../world/workload.js'
import { type Classes, makeClasses, type TodoForm, todoFields } from './classes.js'
import { groupIds, groups, type Hand, operate } from './operations.js'

export const board: Workload = {
  name: 'board',
  program: (context) => new BoardProgram(context),
  wholes: Array.from({ length: groups }, (_, group) => ({ name: 'Piece', ids: groupIds(group), field: 'token' })),
  largestBatchBytes: 24 * 1024,
}

class BoardProgram implements Program {
  readonly models: Program['models']
  readonly telling: Program['telling']
  readonly #classes: Classes
  readonly #fields: ReadonlySet<string>
  readonly #told: ProgramContext['told']
  /** Whether it answers what others do: a listener that writes. */
  readonly #answers: boolean

  constructor({ random, told }: ProgramContext) {
    const form: TodoForm = random.pick(['decorated', 'listed', 'older'] as const)
    this.#answers = random.chance(0.4)
    this.#told = told
    this.#fields = new Set(todoFields[form])
    this.#classes = makeClasses(form)
    const { Todo, Note, Counter, Piece } = this.#classes
    const ghost: Player = { name: 'Ghost', play: () => undefined }
    // Some know the class that nobody has declared, as an object that is told of it.
    this.models = [Todo, Note, Counter, Piece, ...(random.chance(0.3) ? [ghost] : [])]
    this.telling = new Map<string, ReadonlySet<string>>([
      ['Todo', this.#fields],
      ['Note', new Set(['text', 'about', 'seen'])],
      ['Counter', new Set(['value'])],
      ['Piece', new Set(['token', 'note'])],
    ])
  }

  begin(syncro: Syncro): void {
    const { Todo, Note, Counter, Piece } = this.#classes
    this.#listen('Todo', syncro.collection(Todo))
    this.#listen('Note', syncro.collection(Note))
    this.#listen('Counter', syncro.collection(Counter))
    this.#listen('Piece', syncro.collection(Piece))
    if (this.#answers) this.#answer({ syncro, classes: this.#classes, fields: this.#fields })
  }

  operate(syncro: Syncro, operating: Parameters<Program['operate']>[1]): string {
    return operate({ syncro, classes: this.#classes, fields: this.#fields }, operating)
  }

  #listen<M extends AnyModel>(name: string, collection: Collection<M>): void {
    const tell = ({ type, record, fields, remote }: RecordEvent<M>) =>
      this.#told({ name, id: record.id, type: type as Told['type'], fields, remote })
    collection.on('created', tell)
    collection.on('changed', tell)
    collection.on('destroyed', tell)
  }

  /** Marks the notes about what others have done; and what is done twice, by two who answer alike, is done once. */
  #answer({ syncro, classes }: Hand): void {
    const notes = syncro.collection(classes.Note)
    syncro.collection(classes.Todo).on('changed', ({ record, fields, remote }) => {
      if (!remote || !fields.includes('done')) return
      for (const note of notes.where({ about: record.id })) note.seen = record.done
    })
    syncro.collection(classes.Todo).on('destroyed', ({ record, remote }) => {
      if (!remote) return
      const id = `note of ${record.id}`
      const note = notes.find(id)
      if (note === undefined) notes.create({ id, text: 'gone', about: record.id })
      else note.seen = true
    })
  }
}
