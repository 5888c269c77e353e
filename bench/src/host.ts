/** The other process of a workload: it holds a replica that listens, and does as it is told. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A document that the host makes before anybody joins. */
export interface HostedDocument {
  readonly seed: number
  readonly records: number
  readonly updatesEach: number
}

export interface HostReport {
  readonly applied: number
  readonly receivedBytes: number
  readonly digest: string
}

export type HostOrder =
  | { readonly do: 'open'; readonly subject: string; readonly document: HostedDocument | undefined }
  | { readonly do: 'collect' | 'report' }

const file = fileURLToPath(new URL('./host-process.js', import.meta.url))

export class Host {
  readonly #process: ChildProcess
  #waiting: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void } | undefined
  #ending = false

  /** A process that is up, and has loaded what it will run. */
  static async start(): Promise<Host> {
    const host = new Host()
    await host.#answer()
    return host
  }

  private constructor() {
    this.#process = fork(file, [], { execArgv: ['--expose-gc'] })
    this.#process.on('message', (answer) => this.#waiting?.resolve(answer))
    this.#process.on('exit', (code, signal) => {
      if (!this.#ending) this.#waiting?.reject(new Error(`The host ended with ${signal ?? code}.`))
    })
  }

  /** Opens a replica in place of the one before; returns the port it listens at. */
  async open(subject: string, document?: HostedDocument): Promise<number> {
    return (await this.#order({ do: 'open', subject, document })) as number
  }

  async collect(): Promise<void> {
    await this.#order({ do: 'collect' })
  }

  async report(): Promise<HostReport> {
    return (await this.#order({ do: 'report' })) as HostReport
  }

  end(): void {
    this.#ending = true
    this.#process.kill()
  }

  #order(order: HostOrder): Promise<unknown> {
    const answer = this.#answer()
    this.#process.send(order)
    return answer
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }
}
