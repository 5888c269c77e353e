/** Runs the demo's programs as a user would: as processes, from what was built. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** An empty folder, removed after the test. Programs that are started after it are killed before: what is made last is ended first. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'syncro-demo-'))
  // A program takes a moment to die, and until then what it has open may not go, or come again.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
  return folder
}

/** A program that runs, with what it has said so far. Killed after the test, should it still run. */
export class Program {
  output = ''
  errors = ''
  readonly #child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<unknown[]>
  #waiting: (() => void)[] = []
  #over = false

  constructor(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const file = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
    if (!existsSync(file)) throw new Error(`${file} is not there: run "npm run build" first`)
    const { FORCE_COLOR: _, SYNCRO_PORT: __, SYNCRO_HOST: ___, SYNCRO_DATA: ____, ...inherited } = process.env
    this.#child = spawn(process.execPath, [file, ...args], { env: { ...inherited, ...env } })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(() => (this.output += text)))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(() => (this.errors += text)))
    this.#closed = once(this.#child, 'close')
    this.#closed.then(() => this.#hear(() => (this.#over = true)))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  /** Types a line. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  /** Says that nothing more will be typed. */
  endInput(): void {
    this.#child.stdin.end()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves with the match once it has said so; rejects if it ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      if (this.#over) throw new Error(`it ended without saying ${pattern}:\n${this.output}${this.errors}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /**
   * Resolves with the status, or the signal that ended it, when it has ended **and** nobody holds its output any more: processes that it
   * started have it from it, so they have ended too.
   */
  async ended(): Promise<number | NodeJS.Signals> {
    const [code, signal] = (await this.#closed) as [number | null, NodeJS.Signals | null]
    return code ?? signal ?? 0
  }

  #hear(keep: () => void): void {
    keep()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
