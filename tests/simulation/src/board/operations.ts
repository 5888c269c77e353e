/** What the board's programs do: one operation at a time, drawn from a stream. Each takes the records as it finds them. */
import type { Syncro } from '@syncro/core'
import type { RecordId, Value } from '@syncro/scriber'
import type { SeededRandom } from '@syncro/scriber/testing'
import { weighted } from '../engine/draw.js'
import type { Operating } from '../world/workload.js'
import type { Classes } from './classes.js'
import { drawBody, drawTitle, drawTodoValues } from './values.js'

/** Few ids, so that clients meet on the same records. */
const todoIds = 8
const noteIds = 6
const counterIds = 4
export const groups = 3
const groupSize = 3

export interface Hand {
  readonly syncro: Syncro
  readonly classes: Classes
  /** The fields that this program's version of Todo has. */
  readonly fields: ReadonlySet<string>
}

type Operation = (hand: Hand, operating: Operating) => string

const operations = {
  create: createTodo,
  update: updateTodo,
  assign: assignTodo,
  same: assignSame,
  destroy: destroyTodo,
  restore: restoreTodo,
  anew: beginAnew,
  note: writeNote,
  count: count,
  together: writeTogether,
  several: transactSeveral,
  nested: transactNested,
  throwing: transactThrowing,
  unknown: recordUnknown,
  extra: recordExtraField,
} satisfies Record<string, Operation>

const weights = {
  create: 4,
  update: 4,
  assign: 4,
  same: 1,
  destroy: 2,
  restore: 2,
  anew: 1,
  note: 2,
  count: 2,
  together: 3,
  several: 2,
  nested: 1,
  throwing: 1,
  unknown: 1,
  extra: 1,
}

export function operate(hand: Hand, operating: Operating): string {
  const name = weighted(operating.random, weights)
  return `${name} ${operations[name](hand, operating)}`
}

export function groupIds(group: number): string[] {
  return Array.from({ length: groupSize }, (_, at) => `piece ${group} ${at}`)
}

function todoId(random: SeededRandom): string {
  return `todo ${random.below(todoIds)}`
}

function createTodo({ syncro, classes, fields }: Hand, { random }: Operating): string {
  const id = random.chance(0.2) ? undefined : todoId(random)
  const values = drawTodoValues(random, fields)
  const todo = syncro.collection(classes.Todo).create(id === undefined ? values : { ...values, id })
  return todo.id
}

/** A todo that lives, looked for from a drawn id on; made if there is none. */
function anyTodo(hand: Hand, random: SeededRandom) {
  const todos = hand.syncro.collection(hand.classes.Todo)
  const from = random.below(todoIds)
  for (let at = 0; at < todoIds; at++) {
    const todo = todos.find(`todo ${(from + at) % todoIds}`)
    if (todo !== undefined) return todo
  }
  return todos.create({ id: `todo ${from}`, title: drawTitle(random) })
}

function updateTodo(hand: Hand, { random }: Operating): string {
  const todo = anyTodo(hand, random)
  todo.update(drawTodoValues(random, hand.fields))
  return todo.id
}

function assignTodo(hand: Hand, { random }: Operating): string {
  const todo = anyTodo(hand, random)
  if (random.chance(0.5)) todo.title = drawTitle(random)
  else todo.done = !todo.done
  return todo.id
}

/** What is there already: records nothing. */
function assignSame(hand: Hand, { random }: Operating): string {
  const todo = anyTodo(hand, random)
  const { title } = todo
  todo.title = title
  return todo.id
}

function destroyTodo(hand: Hand, { random }: Operating): string {
  const todo = anyTodo(hand, random)
  todo.destroy()
  return todo.id
}

function restoreTodo({ syncro, classes }: Hand, { random }: Operating): string {
  const id = todoId(random)
  const table = syncro.scriber.ledger.findTable('Todo')
  const slot = table?.slot(id)
  if (table === undefined || slot === undefined || table.lives(slot) || table.destroy(slot) < 0) return 'nothing'
  if (![...table.columns.values()].some((column) => column.has(slot))) return 'nothing'
  syncro.collection(classes.Todo).restore(id)
  return id
}

/** Destroyed and created again in one batch. */
function beginAnew(hand: Hand, { random }: Operating): string {
  const todo = anyTodo(hand, random)
  const { id } = todo
  hand.syncro.transact(() => {
    todo.destroy()
    hand.syncro.collection(hand.classes.Todo).create({ id, title: drawTitle(random) })
  })
  return id
}

function writeNote({ syncro, classes }: Hand, { random }: Operating): string {
  const notes = syncro.collection(classes.Note)
  const id = `note ${random.below(noteIds)}`
  const note = notes.find(id)
  if (note === undefined) notes.create({ id, text: drawBody(random), about: todoId(random) })
  else if (random.chance(0.2)) note.destroy()
  else note.text = drawBody(random)
  return id
}

function count({ syncro, classes }: Hand, { random }: Operating): string {
  const counters = syncro.collection(classes.Counter)
  const id = random.below(counterIds)
  const counter = counters.find(id) ?? counters.create({ id })
  counter.value += 1
  return String(id)
}

/** One token into every piece of a group. */
function writeTogether({ syncro, classes }: Hand, { random, number }: Operating): string {
  const pieces = syncro.collection(classes.Piece)
  const group = random.below(groups)
  const token = `token ${number}`
  syncro.transact(() => {
    for (const id of groupIds(group)) {
      const piece = pieces.find(id)
      if (piece === undefined) pieces.create({ id, token })
      else piece.token = token
    }
  })
  // Beside its token a piece may change alone.
  if (random.chance(0.3)) pieces.find(random.pick(groupIds(group)))!.note = drawTitle(random)
  return String(group)
}

function transactSeveral(hand: Hand, operating: Operating): string {
  return hand.syncro.transact(() =>
    [updateTodo, writeNote, count, createTodo].map((operation) => operation(hand, operating)).join(', '),
  )
}

function transactNested(hand: Hand, operating: Operating): string {
  return hand.syncro.transact(() => {
    const outer = updateTodo(hand, operating)
    const inner = transactThrowing(hand, operating)
    return `${outer}, ${inner}`
  })
}

class OnPurpose extends Error {}

/** Nothing of it may stay. */
function transactThrowing(hand: Hand, operating: Operating): string {
  try {
    hand.syncro.transact(() => {
      updateTodo(hand, operating)
      destroyTodo(hand, operating)
      count(hand, operating)
      throw new OnPurpose('on purpose')
    })
  } catch (error) {
    if (!(error instanceof OnPurpose)) throw error
  }
  return 'thrown'
}

/** A class that nobody has declared. */
function recordUnknown({ syncro }: Hand, { random }: Operating): string {
  const id = `ghost ${random.below(3)}`
  const table = syncro.scriber.ledger.findTable('Ghost')
  const slot = table?.slot(id)
  const lives = slot !== undefined && table!.lives(slot)
  if (!lives) syncro.record('Ghost', 'create', id, { sheet: drawTitle(random) })
  else if (random.chance(0.2)) syncro.record('Ghost', 'destroy', id)
  else syncro.record('Ghost', 'update', id, { [`chain ${random.below(3)}`]: [random.below(10)] })
  return id
}

/** A field that no version of the class has. */
function recordExtraField(hand: Hand, { random }: Operating): string {
  const { id } = anyTodo(hand, random)
  const value: Value = random.chance(0.5) ? random.below(100) : { nested: [drawTitle(random), null] }
  hand.syncro.record('Todo', 'update', id as RecordId, { [`extra ${random.below(2)}`]: value })
  return id
}
