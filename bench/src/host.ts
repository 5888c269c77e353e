/** Another process of a workload: it holds replicas, and does as it is told. */
import { type ChildProcess, fork } from 'node:child_process'
import { processFile } from './process-file.js'
import type { Role } from './subject.js'

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
  | {
      readonly do: 'open'
      readonly subject: string
      readonly role: Role
      readonly document: HostedDocument | undefined
    }
  | { readonly do: 'dial'; readonly subject: string; readonly port: number; readonly replicas: number }
  | { readonly do: 'await'; readonly applied: number }
  | { readonly do: 'collect' | 'report' }

export class Host {
  readonly #process: ChildProcess
  #waiting: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void } | undefined
  #ending = false

  /** A process that is up. */
  static async start(): Promise<Host> {
    const host = new Host()
    await host.#answer()
    return host
  }

  private constructor() {
    this.#process = fork(processFile('host-process'), [], { execArgv: ['--expose-gc'] })
    this.#process.on('message', (answer) => this.#waiting?.resolve(answer))
    this.#process.on('exit', (code, signal) => {
      if (!this.#ending) this.#waiting?.reject(new Error(`The host ended with ${signal ?? code}.`))
    })
  }

  /** Opens a replica in place of those before; returns the port it listens at. */
  async open(subject: string, role: Role, document?: HostedDocument): Promise<number> {
    return (await this.#order({ do: 'open', subject, role, document })) as number
  }

  /** Opens replicas in place of those before, each of which joins at a port. */
  async dial(subject: string, port: number, replicas: number): Promise<void> {
    await this.#order({ do: 'dial', subject, port, replicas })
  }

  /** Resolves when each replica has applied so many changes. */
  async applied(count: number): Promise<void> {
    await this.#order({ do: 'await', applied: count })
  }

  async collect(): Promise<void> {
    await this.#order({ do: 'collect' })
  }

  /** Of all replicas: what they applied and received together, and the digest that they share. */
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
