/** One client of the tour as the tour sees it: a process of its own, what it tells, and what it is asked to do. */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { within } from './deadline.js'
import type { NumberedOrder, Order, Part, Report, Standing, TodoImage } from './messages.js'
import type { Narrator } from './narrator.js'

const PROGRAM = fileURLToPath(new URL('./client.js', import.meta.url))

/** What an order answers. */
export type Answer = Extract<Report, { tell: 'done' }>

/** Somebody who waits for a client's standing. */
interface Watch {
  readonly holds: (standing: Standing) => boolean
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: Error) => void
}

/** Clients whose processes run; the tour's end is theirs too. */
const running = new Set<ChildProcess>()

/** Ends every client at once, whatever it does. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

export class Actor {
  readonly name: string
  readonly #child: ChildProcess
  readonly #narrator: Narrator
  readonly #limitMs: number
  readonly #orders = new Map<number, Waiting>()
  readonly #watches = new Set<Watch>()
  /** Resolves with how the process ended. */
  readonly #exited: Promise<string>
  #standing: Standing = { live: false, stored: false, online: [], unsent: 0, todos: [] }
  #port = 0
  #found: readonly TodoImage[] = []
  #number = 0
  #expected = false
  #failure: Error | undefined

  /** Starts a client and waits until it has begun. `limitMs` is how long it may take for anything that it is asked or waited for. */
  static async start(part: Part, narrator: Narrator, limitMs: number): Promise<Actor> {
    const actor = new Actor(part.name, narrator, limitMs)
    actor.#child.send(part)
    await actor.until('begins', () => actor.#port > 0)
    return actor
  }

  private constructor(name: string, narrator: Narrator, limitMs: number) {
    this.name = name
    this.#narrator = narrator
    this.#limitMs = limitMs
    const child = fork(PROGRAM)
    this.#child = child
    running.add(child)
    child.on('message', (report) => this.#take(report as Report))
    // A message that cannot be sent any more is followed by the exit, which says why.
    child.on('error', () => {})
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        running.delete(child)
        const end = signal ?? `status ${code}`
        if (!this.#expected) this.#fail(new Error(`${name}'s process ended on its own (${end})`))
        resolve(end)
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The port that it listens at or dials. */
  get port(): number {
    return this.#port
  }

  /** What was in its file when it began. */
  get found(): readonly TodoImage[] {
    return this.#found
  }

  get standing(): Standing {
    return this.#standing
  }

  /** Asks for something, and waits until it is done. */
  ask(order: Order): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure)
    this.#number += 1
    const numbered: NumberedOrder = { number: this.#number, order }
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#orders.set(numbered.number, { resolve, reject })
    })
    this.#child.send(numbered)
    return within(this.#limitMs, answer, () => `${this.name} did not answer the order "${order.do}"`)
  }

  /** Waits until what it has says so. */
  until(what: string, holds: (standing: Standing) => boolean): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (holds(this.#standing)) return Promise.resolve()
    const met = new Promise<void>((resolve, reject) => this.#watches.add({ holds, resolve, reject }))
    return within(this.#limitMs, met, () => `${this.name} never came to the point where it ${what}; ${this.#has()}`)
  }

  /** Resolves when it tells something. */
  news(): Promise<void> {
    return new Promise((resolve, reject) => this.#watches.add({ holds: () => true, resolve, reject }))
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    this.#expected = true
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Asks it to say goodbye and to end. */
  async leave(): Promise<void> {
    this.#expected = true
    await this.ask({ do: 'leave' })
    this.#child.disconnect()
    const end = await within(this.#limitMs, this.#exited, () => `${this.name}'s process did not end`)
    if (end !== 'status 0') throw new Error(`${this.name}'s process did not end in order (${end})`)
  }

  #take(report: Report): void {
    if (report.tell === 'begun') this.#begun(report)
    else if (report.tell === 'standing') this.#standing = report.standing
    else if (report.tell === 'saw') this.#tellWhatItSaw(report)
    else this.#settle(report)
    for (const watch of this.#watches) {
      if (!watch.holds(this.#standing)) continue
      this.#watches.delete(watch)
      watch.resolve()
    }
  }

  #begun({ port, found }: Extract<Report, { tell: 'begun' }>): void {
    this.#port = port
    this.#found = found
  }

  #settle(report: Extract<Report, { number: number }>): void {
    const waiting = this.#orders.get(report.number)
    this.#orders.delete(report.number)
    if (report.tell === 'done') waiting?.resolve(report)
    else waiting?.reject(new Error(`${this.name}: ${report.reason}`))
  }

  #tellWhatItSaw({ what, todo, fields }: Extract<Report, { tell: 'saw' }>): void {
    const title = `"${todo.title}"`
    if (what === 'created') this.#narrator.sees(this.name, `${title} has appeared${todo.done ? ', done' : ''}`)
    else if (what === 'destroyed') this.#narrator.sees(this.name, `${title} is gone`)
    else
      this.#narrator.sees(
        this.name,
        `${title}${fields.includes('title') ? ' is its title now' : ''}${doneText(todo, fields)}`,
      )
  }

  #fail(error: Error): void {
    this.#failure = error
    for (const { reject } of [...this.#orders.values(), ...this.#watches]) reject(error)
    this.#orders.clear()
    this.#watches.clear()
  }

  #has(): string {
    const { live, todos } = this.#standing
    return `it is ${live ? 'in step' : 'not in step'} and has ${describe(todos)}`
  }
}

function doneText(todo: TodoImage, fields: readonly string[]): string {
  if (!fields.includes('done')) return ''
  return `${fields.includes('title') ? ', and it' : ''} is ${todo.done ? 'done' : 'not done'}`
}

/** To-dos in one line. */
export function describe(todos: readonly Omit<TodoImage, 'id'>[]): string {
  if (todos.length === 0) return 'nothing'
  return todos.map(({ title, done }) => `"${title}"${done ? ' (done)' : ''}`).join(', ')
}
