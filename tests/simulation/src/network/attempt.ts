/** One attempt to connect: it ends once, in a connection or in an error, unless whoever makes it is gone. */
import type { Connection, Receiver } from '@syncro/protocol'
import type { Host } from './host.js'
import type { Line } from './line.js'
import { NetworkError } from './network-error.js'

export interface AttemptOptions {
  readonly address: string
  readonly attach: (connection: Connection) => Receiver
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  readonly givesUpAtMs: number
}

export class Attempt {
  readonly host: Host
  readonly address: string
  readonly givesUpAtMs: number
  /** The connection, once the other side has accepted it. */
  line: Line | undefined
  readonly #options: AttemptOptions
  #over = false
  #ignore: () => void = () => undefined

  constructor(host: Host, options: AttemptOptions) {
    this.host = host
    this.address = options.address
    this.givesUpAtMs = options.givesUpAtMs
    this.#options = options
  }

  /** True once nobody waits for it any more. */
  get isOver(): boolean {
    return this.#over || !this.host.isAlive
  }

  /** Has a signal call it off; true if it has already. */
  heeds(signal: AbortSignal | undefined): boolean {
    const abort = () => this.fail(new NetworkError('SYNCRO_ABORTED', `dialling ${this.address} was called off`))
    if (signal?.aborted) abort()
    else {
      signal?.addEventListener('abort', abort)
      this.#ignore = () => signal?.removeEventListener('abort', abort)
    }
    return this.#over
  }

  succeed({ dialled }: Line): void {
    if (this.isOver) return
    this.#end()
    try {
      dialled.attach(this.#options.attach(dialled.connection))
      this.#options.resolve()
    } catch (error) {
      dialled.close()
      this.#options.reject(error)
    }
  }

  fail(error: Error): void {
    if (this.isOver) return
    this.#end()
    this.line?.dialled.tell()
    this.line?.break({ learns: 'accepted' })
    this.#options.reject(error)
  }

  #end(): void {
    this.#over = true
    this.#ignore()
  }
}

export function refused(address: string): NetworkError {
  return new NetworkError('SYNCRO_CONNECTION_REFUSED', `nobody listens at ${address}`)
}
