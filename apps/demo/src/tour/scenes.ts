/** What the tour shows, scene by scene. Each ends with a comparison that has to hold. */

import { join } from 'node:path'
import { Actor, describe } from './actor.js'
import { within } from './deadline.js'
import type { Part, Sabotage, Standing, TodoImage } from './messages.js'
import type { Narrator } from './narrator.js'

export interface Stage {
  readonly narrator: Narrator
  /** Where the clients' files are. */
  readonly folder: string
  /** How long any one thing may take. */
  readonly limitMs: number
  /** What the last client does wrong, where the tour itself is under test. */
  readonly sabotage: Sabotage | undefined
}

/** The clients of the tour; the processes of bob and of the server are replaced in the course of it. */
interface Cast {
  server: Actor
  readonly alice: Actor
  bob: Actor
}

export async function play(stage: Stage): Promise<void> {
  const cast = await meet(stage)
  const milk = await createUpdateDestroy(stage, cast)
  await editTwoFields(stage, cast, milk)
  await editOneFieldTwice(stage, cast, milk)
  await killAndReturn(stage, cast)
  await killServer(stage, cast)
  await workOffline(stage, cast, milk)
  await compare(stage, cast)
  await Promise.all([cast.alice.leave(), cast.bob.leave()])
  await cast.server.leave()
}

async function meet(stage: Stage): Promise<Cast> {
  const { narrator } = stage
  narrator.scene('Three processes meet')
  narrator.say(
    'Each client is a process of its own. They share nothing but TCP connections to the server, which is a client too.',
  )
  narrator.say('Each keeps its data in a SQLite file of its own, in a temporary folder that goes when the tour ends.')
  const server = await start(stage, 'server', 'listen', 0)
  narrator.does('server', `listens at 127.0.0.1:${server.port} (process ${server.pid})`)
  const dial = (name: string) => start(stage, name, 'dial', server.port)
  const [alice, bob] = await Promise.all([dial('alice'), dial('bob')])
  for (const actor of [alice, bob]) {
    await actor.until('is in step', inStep)
    narrator.does(actor.name, `has connected (process ${actor.pid})`)
  }
  const cast = { server, alice, bob }
  await agree(stage, cast, 'Everybody is connected, and the shared list is empty', [])
  return cast
}

/** Returns the id of a to-do that stays. */
async function createUpdateDestroy(stage: Stage, cast: Cast): Promise<string> {
  const { narrator } = stage
  const { server, alice, bob } = cast
  narrator.scene('A change by one appears everywhere')
  narrator.does('alice', 'creates "Buy milk" and "Call Grandma"')
  const milk = await create(alice, 'Buy milk')
  const call = await create(alice, 'Call Grandma')
  await agree(stage, cast, 'Created by alice, there for everybody', [todo('Buy milk'), todo('Call Grandma')])
  narrator.does('bob', 'ticks "Call Grandma" off')
  await bob.ask({ do: 'edit', id: call, fields: { done: true } })
  await agree(stage, cast, 'Done by bob, done for everybody', [todo('Buy milk'), todo('Call Grandma', true)])
  narrator.does('server', 'removes "Call Grandma"')
  await server.ask({ do: 'destroy', id: call })
  await agree(stage, cast, 'Removed by the server, gone for everybody', [todo('Buy milk')])
  return milk
}

async function editTwoFields(stage: Stage, cast: Cast, milk: string): Promise<void> {
  const { narrator } = stage
  narrator.scene('Two edit different fields of one to-do at the same time')
  await crossing(stage, cast, async ({ alice, bob }) => {
    narrator.does('alice', 'changes the title to "Buy oat milk"')
    await alice.ask({ do: 'edit', id: milk, fields: { title: 'Buy oat milk' } })
    narrator.does('bob', 'ticks it off')
    await bob.ask({ do: 'edit', id: milk, fields: { done: true } })
  })
  await agree(stage, cast, 'Both edits survive, everywhere', [todo('Buy oat milk', true)])
}

async function editOneFieldTwice(stage: Stage, cast: Cast, milk: string): Promise<void> {
  const { narrator } = stage
  narrator.scene('Two edit the same field at the same time')
  const rivals = { alice: 'Buy rice milk', bob: 'Buy almond milk' }
  await crossing(stage, cast, async ({ alice, bob }) => {
    for (const [actor, title] of [
      [alice, rivals.alice],
      [bob, rivals.bob],
    ] as const) {
      narrator.does(actor.name, `changes the title to "${title}"`)
      await actor.ask({ do: 'edit', id: milk, fields: { title } })
    }
  })
  const title = await commonTitle(stage, cast, milk)
  const winner = title === rivals.alice ? 'alice' : title === rivals.bob ? 'bob' : undefined
  if (winner === undefined) throw new Error(`the title became "${title}", which nobody wrote`)
  narrator.say(
    `Only one title can stay: the one with the later stamp, ${winner}'s, whatever the order in which the two arrive.`,
  )
  await agree(stage, cast, `Everybody has the same title, "${title}"`, [todo(title, true)])
}

/** Waits until everybody has the same title for it. At first alice and bob have different ones, so being equal is having agreed. */
function commonTitle({ limitMs }: Stage, cast: Cast, id: string): Promise<string> {
  const actors = everybody(cast)
  const titleOf = ({ standing }: Actor) => standing.todos.find((one) => one.id === id)?.title ?? ''
  const search = async (): Promise<string> => {
    for (;;) {
      const [first = '', ...others] = actors.map(titleOf)
      if (others.every((other) => other === first)) return first
      await Promise.race(actors.map((actor) => actor.news()))
    }
  }
  const seen = () => actors.map((actor) => `${actor.name} has "${titleOf(actor)}"`).join(', ')
  return within(limitMs, search(), () => `they never agreed on a title: ${seen()}`)
}

async function killAndReturn(stage: Stage, cast: Cast): Promise<void> {
  const { narrator } = stage
  const { server, alice } = cast
  narrator.scene('One is killed, and comes back')
  const before = server.standing.todos
  narrator.does('bob', `is killed in mid-air (SIGKILL to process ${cast.bob.pid})`)
  await cast.bob.kill()
  await server.until('notices that bob is gone', ({ online }) => !online.includes('bob'))
  narrator.does('server', 'notices that bob is gone')
  narrator.does('alice', 'goes on: creates "Water the plants"')
  await create(alice, 'Water the plants')
  await agree(stage, { server, alice }, 'The others are in step without bob', [...before, todo('Water the plants')])
  cast.bob = await start(stage, 'bob', 'dial', server.port)
  narrator.does('bob', `is back (process ${cast.bob.pid}): a new process, which opens his file`)
  expectFound(cast.bob, before)
  narrator.holds('What bob had is in his file')
  await agree(stage, cast, 'Bob has caught up with what he missed', [...before, todo('Water the plants')])
}

async function killServer(stage: Stage, cast: Cast): Promise<void> {
  const { narrator } = stage
  const { alice, bob } = cast
  narrator.scene('The server is killed, and nothing is lost')
  const before = cast.server.standing.todos
  const letter = todo('Post the letter')
  narrator.does('alice', 'creates "Post the letter"')
  await create(alice, letter.title)
  await agree(stage, cast, 'Created by alice, there for everybody', [...before, letter])
  await expectAcknowledged(cast)
  narrator.holds('And acknowledged: from here on it must not get lost')
  const { pid, port } = cast.server
  narrator.does('server', `is killed in mid-air (SIGKILL to process ${pid})`)
  await cast.server.kill()
  for (const actor of [alice, bob]) await actor.until('notices that the server is gone', ({ live }) => !live)
  const cat = todo('Feed the cat')
  narrator.does('alice', 'goes on: creates "Feed the cat"')
  await create(alice, cat.title)
  const plants = before.find(({ title }) => title === 'Water the plants')
  if (plants === undefined) throw new Error('nobody has "Water the plants" any more')
  const watered = before.map((one) => (one === plants ? { ...one, done: true } : one))
  narrator.does('bob', 'goes on: ticks "Water the plants" off')
  await bob.ask({ do: 'edit', id: plants.id, fields: { done: true } })
  await untilHas(alice, [...before, letter, cat])
  await untilHas(bob, [...watered, letter])
  narrator.holds('Alice and bob work on, and neither knows what the other does')
  cast.server = await start(stage, 'server', 'listen', port)
  narrator.does('server', `is back (process ${cast.server.pid}): a new process, which opens its file`)
  expectFound(cast.server, [...before, letter])
  narrator.holds("All that was acknowledged is in the server's file")
  narrator.say('It listens at the same port. Nobody has to tell the others: their links dial until somebody answers.')
  await agree(stage, cast, 'Everything is everywhere: what was acknowledged, and what was done since', [
    ...watered,
    letter,
    cat,
  ])
}

async function workOffline(stage: Stage, cast: Cast, milk: string): Promise<void> {
  const { narrator } = stage
  const { server, alice, bob } = cast
  narrator.scene('Work done offline reaches the others')
  const before = server.standing.todos
  const notBought = before.map((one) => (one.id === milk ? { ...one, done: false } : one))
  const book = todo('Read a book')
  await alice.ask({ do: 'go-offline' })
  await server.until('notices that alice is gone', ({ online }) => !online.includes('alice'))
  narrator.does('alice', 'goes offline')
  narrator.does('alice', 'creates "Read a book", on the train')
  await create(alice, book.title)
  narrator.does('bob', 'meanwhile finds that there is no milk after all: not done')
  await bob.ask({ do: 'edit', id: milk, fields: { done: false } })
  await agree(stage, { server, bob }, 'Server and bob know of the milk, and of no book', notBought)
  await expectOffline(alice, [...before, book])
  narrator.holds('Alice has her book, and still thinks that the milk is done')
  narrator.does('alice', 'is online again')
  await alice.ask({ do: 'go-online' })
  await agree(stage, cast, 'What was done on both sides is everywhere', [...notBought, book])
}

/** What it has while nobody can tell it anything. */
async function expectOffline(actor: Actor, todos: readonly Title[]): Promise<void> {
  const { todos: recited = [] } = await actor.ask({ do: 'recite' })
  if (titles(recited) !== titles(todos))
    throw new Error(`${actor.name} is offline, and should have ${describe(todos)}, but has ${describe(recited)}`)
}

/** What it had from its file before anybody could tell it anything. */
function expectFound({ name, found }: Actor, todos: readonly Title[]): void {
  if (titles(found) !== titles(todos))
    throw new Error(`${name} should have found ${describe(todos)} in its file, but found ${describe(found)}`)
}

async function expectAcknowledged(cast: Cast): Promise<void> {
  await Promise.all(
    everybody(cast).map((actor) => actor.until('has nothing that others lack', ({ unsent }) => unsent === 0)),
  )
}

async function compare(stage: Stage, cast: Cast): Promise<void> {
  const { narrator } = stage
  narrator.scene("Everybody's data, compared")
  const actors = everybody(cast)
  const recited = await Promise.all(actors.map(async (actor) => (await actor.ask({ do: 'recite' })).todos ?? []))
  actors.forEach(({ name }, index) => {
    narrator.does(name, `has ${describe(recited[index] ?? [])}`)
  })
  const [first = [], ...others] = recited
  actors.slice(1).forEach(({ name }, index) => {
    const difference = firstDifference(first, others[index] ?? [])
    if (difference !== undefined)
      throw new Error(`the data differs: server has ${difference[0]}, ${name} has ${difference[1]}`)
  })
  narrator.holds('All the same, down to the ids')
  await expectAcknowledged(cast)
  narrator.holds('Nobody has a change that has not been acknowledged')
}

/** What one has in place of what the other has. */
function firstDifference(
  some: readonly TodoImage[],
  others: readonly TodoImage[],
): readonly [string, string] | undefined {
  const find = (todos: readonly TodoImage[], id: string) => {
    const todo = todos.find((one) => one.id === id)
    return todo === undefined ? `no ${id}` : `${JSON.stringify(todo.title)}${todo.done ? ' (done)' : ''} as ${id}`
  }
  for (const { id } of [...some, ...others]) {
    const pair = [find(some, id), find(others, id)] as const
    if (pair[0] !== pair[1]) return pair
  }
  return undefined
}

function start(stage: Stage, name: string, does: Part['does'], port: number): Promise<Actor> {
  const { narrator, folder, limitMs, sabotage } = stage
  const part = { name, file: join(folder, `${name}.db`), does, port }
  return Actor.start({ ...part, ...(sabotage && name === 'bob' && { sabotage }) }, narrator, limitMs)
}

/** Has alice and bob do something while neither can hear of the other. */
async function crossing({ narrator }: Stage, cast: Cast, edit: (cast: Cast) => Promise<void>): Promise<void> {
  const { alice, bob } = cast
  narrator.say('Both lines are held up for a moment, so that neither can know of the other when it edits.')
  await Promise.all([alice.ask({ do: 'hold' }), bob.ask({ do: 'hold' })])
  await edit(cast)
  narrator.say('The lines are free again.')
  await Promise.all([alice.ask({ do: 'release' }), bob.ask({ do: 'release' })])
}

async function create(actor: Actor, title: string): Promise<string> {
  const { id } = await actor.ask({ do: 'create', title })
  if (id === undefined) throw new Error(`${actor.name} did not say which to-do it created`)
  return id
}

/** Waits until all of them are in step and have exactly these, and says so. */
async function agree(
  { narrator }: Stage,
  cast: Partial<Cast>,
  sentence: string,
  todos: readonly Title[],
): Promise<void> {
  await Promise.all(everybody(cast).map((actor) => untilHas(actor, todos, inStep)))
  narrator.holds(sentence)
}

/** Waits until it has exactly these. */
function untilHas(actor: Actor, todos: readonly Title[], besides = (_: Standing) => true): Promise<void> {
  const expected = titles(todos)
  const wanted = todos.length === 0 ? 'has an empty list' : `has ${describe(todos)}`
  return actor.until(wanted, (standing) => besides(standing) && titles(standing.todos) === expected)
}

function everybody({ server, alice, bob }: Partial<Cast>): Actor[] {
  return [server, alice, bob].filter((actor) => actor !== undefined)
}

function inStep({ live, stored }: Standing): boolean {
  return live && stored
}

type Title = Omit<TodoImage, 'id'>

function todo(title: string, done = false): Title {
  return { title, done }
}

/** To-dos without their ids, in an order of their own. */
function titles(todos: readonly Title[]): string {
  return JSON.stringify(todos.map(({ title, done }) => [title, done]).sort())
}
