/** What one process has of the network: its address while it listens, and its ends of connections. */
import type { Connection, Listener, Listening, PeerInfo, Receiver, Transport } from '@syncro/protocol'
import type { End } from './line.js'
import type { Network } from './network.js'

export type Accept = (connection: Connection, peer: PeerInfo) => Receiver

export class Host {
  readonly address: string
  /** Whose it is: for whoever looks at a connection and wants to know. */
  readonly owner: unknown
  readonly #network: Network
  readonly #ends = new Set<End>()
  #alive = true

  constructor(network: Network, address: string, owner: unknown) {
    this.#network = network
    this.address = address
    this.owner = owner
  }

  get isAlive(): boolean {
    return this.#alive
  }

  get ends(): readonly End[] {
    return [...this.#ends]
  }

  /** What dials another machine. */
  transport(address: string): Transport {
    return {
      label: address,
      open: (attach, signal) => this.#network.open(this, address, attach, signal),
    }
  }

  /** What accepts at this machine's address. */
  listener(): Listener {
    return { label: this.address, listen: async (accept) => this.#listen(accept) }
  }

  /** For ends only. */
  keep(end: End): void {
    this.#ends.add(end)
  }

  forget(end: End): void {
    this.#ends.delete(end)
  }

  /** Nothing that the process writes leaves any more, and nothing reaches it. */
  fall(): void {
    this.#alive = false
    this.#network.deafen(this)
  }

  /**
   * The process is gone. Where it was killed, the kernel ends its connections; where the machine lost its power, nobody is told of anything.
   */
  die(how: 'killed' | 'silently'): void {
    this.fall()
    for (const end of this.ends) {
      end.vanish()
      if (how === 'killed') end.line.break({ learns: end.other.side })
      else end.line.break({ learns: 'nobody', tellsWriters: false })
    }
    this.#ends.clear()
  }

  #listen(accept: Accept): Listening {
    const accepted = new Set<End>()
    this.#network.listen(this, (connection, peer, end) => {
      accepted.add(end)
      end.whenOver(() => accepted.delete(end))
      return accept(connection, peer)
    })
    return {
      address: this.address,
      close: () => {
        this.#network.deafen(this)
        const ends = [...accepted]
        for (const end of ends) end.close()
        return Promise.all(ends.map((end) => new Promise<void>((over) => end.whenOver(over)))).then(() => undefined)
      },
    }
  }
}
