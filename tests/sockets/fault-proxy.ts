/**
 * A TCP proxy that is a bad network: it delays, slows down, cuts into pieces, resets, swallows and refuses, by a plan that is drawn for each
 * connection. Bytes that it passes on are never changed, repeated or reordered, since TCP does not do that either.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { SeededRandom } from '@syncro/scriber/testing'
import { type Fault, FaultPipe, fates, type Plan } from './fault-pipe.js'

const counted = ['connection', 'refuse', 'delay', 'slow', 'pieces', ...fates] as const

export class FaultProxy {
  /** Draws what the next connection goes through. */
  plan: (random: SeededRandom) => Plan = () => ({})
  /** The server's port; while there is none, connections are refused. */
  target: number | undefined
  /** How many connections there were, and to how many of them each fault has happened. */
  readonly counts: Record<(typeof counted)[number], number>
  readonly #server: Server
  readonly #random: SeededRandom
  readonly #pipes = new Set<FaultPipe>()

  private constructor(server: Server, random: SeededRandom, target: number | undefined) {
    this.#server = server
    this.#random = random
    this.target = target
    this.counts = Object.fromEntries(counted.map((name) => [name, 0])) as typeof this.counts
    server.on('connection', (client) => this.#take(client))
  }

  /** @param seed of what the plans draw from. */
  static async listening(seed: number, target?: number): Promise<FaultProxy> {
    // Half open: each direction ends for itself.
    const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FaultProxy(server, new SeededRandom(seed), target)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections of which one side at least is open. */
  get open(): number {
    return this.#pipes.size
  }

  /** Resets every connection, also where somebody is in a hole. */
  reset(): void {
    for (const pipe of this.#pipes) pipe.reset()
  }

  async close(): Promise<void> {
    this.reset()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take(client: Socket): void {
    const plan = this.plan(this.#random)
    this.counts.connection += 1
    if (plan.refuse || this.target === undefined) {
      this.counts.refuse += 1
      client.on('error', () => undefined).resetAndDestroy()
      return
    }
    const server = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    // A generator for each, so that what happens to one does not depend on what the others do.
    const random = new SeededRandom(this.#random.next())
    const pipe = new FaultPipe({ client, server }, plan, random, (fault: Fault) => {
      this.counts[fault] += 1
    })
    this.#pipes.add(pipe)
    let open = 2
    for (const socket of [client, server]) socket.once('close', () => --open === 0 && this.#pipes.delete(pipe))
  }
}
