/** Starts writers, hears what they say, and kills them. None outlives us: those that we cannot kill any more end when their input does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
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

  /** Of the process, and of whatever it starts. */
  get group(): number {
    if (this.#child.pid === undefined) throw new Error('the writer was not started')
    return this.#child.pid
  }

  /** Resolves when it has said a line that begins with a word, or has ended. */
  heard(word: string): Promise<void> {
    return this.#until(() => this.said.some((line) => line.split(' ')[0] === word))
  }

  /** Resolves when it has acknowledged so many transactions, or has ended. */
  acknowledges(count: number): Promise<void> {
    return this.#until(() => acknowledgedIn(this.said).length >= count)
  }

  /** Stops it. Resolves when none of its threads is in a call, and all that it has said was read. Linux only. */
  async stop(): Promise<void> {
    this.#signal('SIGSTOP')
    while (!this.#isEnded && runs(this.group)) await nextTurn()
    // What is in the pipe is read in the next turn of the event loop.
    for (let turns = 0; turns < 3; turns++) await nextTurn()
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#isEnded || isSo()) resolve()
      }
      this.#look()
    })
  }

  #signal(signal: 'SIGSTOP' | 'SIGKILL'): void {
    if (this.#child.pid === undefined || this.#isEnded) return
    try {
      process.kill(-this.#child.pid, signal)
    } catch {
      // It has just ended.
    }
  }
}

/** Whether any thread of a process has not stopped yet: one that is in a call stops when that returns. */
function runs(pid: number): boolean {
  return threads(pid).some((state) => !'TZX'.includes(state))
}

/** The state of each thread, by a letter of proc(5); none for a process that has ended. */
function threads(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/task`
    // The name of a thread is in brackets, and may have some itself.
    return readdirSync(folder).map((thread) => /^.*\) (.)/s.exec(readFileSync(`${folder}/${thread}/stat`, 'utf8'))![1]!)
  } catch (error) {
    // It, or one of its threads, has just ended: ENOENT, ESRCH. Whether any is left is seen the next time.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return existsSync(`/proc/${pid}`) ? ['R'] : []
    throw error
  }
}

/** Numbers that were acknowledged, in the order in which that was said. */
export function acknowledgedIn(said: readonly string[]): number[] {
  return said.filter((line) => /^\d+$/.test(line)).map(Number)
}
