/** A process of a test: told over IPC what to do, it says when that is done. Killed after the test, should it still run. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const crew = new URL('./crew.mjs', import.meta.url)

export interface Message {
  readonly type: string
  readonly [key: string]: unknown
}

interface Waiting {
  readonly type: string
  readonly resolve: (message: Message) => void
  readonly reject: (error: Error) => void
}

export class Child {
  /** Resolves with the status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  readonly #name: string
  readonly #process: ChildProcess
  readonly #said: Message[] = []
  readonly #waiting = new Set<Waiting>()
  readonly #listeners = new Map<string, (message: Message) => void>()
  #ended: Error | undefined

  /** @param name for people: it is in the error of whoever waits for a process that has ended. */
  constructor(name: string, file = crew, args: readonly string[] = []) {
    this.#name = name
    this.#process = fork(fileURLToPath(file), args, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#process.on('message', (message: Message) => this.#hear(message))
    this.ended = new Promise((resolve) => {
      this.#process.on('exit', (code, signal) => {
        this.#ended = new Error(`${name} ended with ${signal ?? code}`)
        for (const { reject } of this.#waiting) reject(this.#ended)
        this.#waiting.clear()
        resolve(signal ?? code)
      })
    })
    onTestFinished(() => this.kill())
  }

  /** @throws if it has ended. */
  tell(message: Message): void {
    if (this.#ended !== undefined) throw this.#ended
    this.#process.send(message)
  }

  /** The next message of a type that nobody has taken; rejects if the process ends. */
  async heard<Answer = unknown>(type: string): Promise<Answer> {
    return (await this.#next(type)) as Answer
  }

  /** Tells it something; resolves with its answer, which has the same type and is what that command says. */
  async ask<Answer = unknown>(message: Message): Promise<Answer> {
    this.tell(message)
    return this.heard<Answer>(message.type)
  }

  /** Hands over what it says of a type without having been asked. */
  on(type: string, listener: (message: Message) => void): void {
    this.#listeners.set(type, listener)
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.ended
  }

  /** Has it close what it has; resolves when it has ended by itself, as it should. */
  async stop(): Promise<void> {
    this.tell({ type: 'stop' })
    const end = await this.ended
    if (end !== 0) throw new Error(`${this.#name} was to stop, and ended with ${end}`)
  }

  #next(type: string): Promise<Message> {
    const at = this.#said.findIndex((message) => message.type === type)
    if (at >= 0) return Promise.resolve(this.#said.splice(at, 1)[0]!)
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => this.#waiting.add({ type, resolve, reject }))
  }

  #hear(message: Message): void {
    const listener = this.#listeners.get(message.type)
    if (listener !== undefined) {
      listener(message)
      return
    }
    for (const waiting of this.#waiting) {
      if (waiting.type !== message.type) continue
      this.#waiting.delete(waiting)
      waiting.resolve(message)
      return
    }
    this.#said.push(message)
  }
}
