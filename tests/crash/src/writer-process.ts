/** Starts writers, hears what they say, and kills them. None outlives us: those that we cannot kill any more end when their input does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Order } from './order.js'
import { after } from './running.js'

/** Tests run from the sources, programs are built. */
const program = fileURLToPath(new URL('../dist/writer.js', import.meta.url))

/** A writer that has not ended after so long hangs. Everything it does takes a fraction of a second. */
const patienceMs = 60_000

export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly hung: boolean
}

export class WriterProcess {
  /** What it has said, line by line; all of it once it has ended. */
  readonly said: string[] = []
  readonly ended: Promise<End>
  readonly #child: ChildProcess
  readonly #release: () => void
  #rest = ''
  #look: () => void = () => undefined
  #isEnded = false

  /** @param tracer what runs the program, with its arguments. */
  constructor(order: Order, tracer: readonly string[] = []) {
    const [command = process.execPath, ...args] = [...tracer, process.execPath, program, JSON.stringify(order)]
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Of its own, so that a tracer and what it traces are killed together.
      detached: true,
      // One thread that syncs: which call is the nth of its thread is the same in each run.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    })
    this.#child = child
    this.#release = after(() => this.kill())
    child.stdin?.on('error', () => undefined)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n')
      this.#rest = lines.pop()!
      this.said.push(...lines)
      this.#look()
    })
    let hung = false
    const patience = setTimeout(() => {
      hung = true
      this.kill()
    }, patienceMs)
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        clearTimeout(patience)
        this.#release()
        this.#isEnded = true
        this.#look()
        resolve({ code, signal, hung })
      })
    })
  }

  /** Resolves when it has said a line that begins with a word, or has ended. */
  heard(word: string): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#isEnded || this.said.some((line) => line.split(' ')[0] === word)) resolve()
      }
      this.#look()
    })
  }

  kill(): void {
    if (this.#child.pid === undefined || this.#isEnded) return
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
}

/** Numbers that were acknowledged, in the order in which that was said. */
export function acknowledgedIn(said: readonly string[]): number[] {
  return said.filter((line) => /^\d+$/.test(line)).map(Number)
}
