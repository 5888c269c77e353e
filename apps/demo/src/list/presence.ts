/** Whether this client is with the others, in words, and how it goes away and comes back. */

import type { Link, Syncro } from '@syncro/core'
import type { Listening, Transport } from '@syncro/protocol'
import { printable } from './printable.js'

export interface Status {
  readonly mood: 'well' | 'waiting' | 'away'
  readonly text: string
}

export interface Presence {
  readonly status: Status
  /** Goes on when there is nobody any more who could type. */
  readonly outlivesInput: boolean
  /** Both answer what came of it. */
  goOffline(): string
  goOnline(): string
}

/** A client that dials the server. */
export class Dialling implements Presence {
  readonly outlivesInput = false
  readonly #syncro: Syncro
  readonly #transport: Transport
  readonly #onChange: () => void
  #link: Link | undefined
  #failure: string | undefined

  /** `onChange` is called whenever `status` may be another. */
  constructor(syncro: Syncro, transport: Transport, onChange: () => void) {
    this.#syncro = syncro
    this.#transport = transport
    this.#onChange = onChange
    this.goOnline()
  }

  get status(): Status {
    const where = this.#transport.label
    if (this.#link === undefined) return { mood: 'away', text: 'offline, as you wished; "online" dials again' }
    if (this.#link.state === 'closed')
      return { mood: 'away', text: `gave up: ${this.#failure ?? 'the link is closed'}` }
    if (this.#syncro.status === 'live')
      return { mood: 'well', text: `in step with ${printable(this.#link.session?.uid ?? 'the server')} at ${where}` }
    if (this.#syncro.status === 'catching-up') return { mood: 'waiting', text: `catching up with ${where}` }
    if (this.#failure === undefined) return { mood: 'waiting', text: `dialling ${where}` }
    const cure = 'is "pnpm demo:server" running?'
    return { mood: 'waiting', text: `nobody answers at ${where}; dialling on (${cure})` }
  }

  goOffline(): string {
    const link = this.#link
    if (link === undefined) return 'You are offline already.'
    this.#link = undefined
    link.close()
    this.#onChange()
    return 'You are offline. Go on working: it will be exchanged when you are online again.'
  }

  goOnline(): string {
    if (this.#link !== undefined && this.#link.state !== 'closed') return 'You are online already, or dialling.'
    const link = this.#syncro.dial(this.#transport)
    link.on('state', this.#onChange)
    link.on('failed', (error) => {
      this.#failure = printable(error.message)
      this.#onChange()
    })
    this.#link = link
    this.#failure = undefined
    this.#onChange()
    return 'Dialling.'
  }
}

/** The server: it is where the others meet. */
export class Hosting implements Presence {
  readonly outlivesInput = true
  readonly #syncro: Syncro
  readonly #listening: Listening

  constructor(syncro: Syncro, listening: Listening) {
    this.#syncro = syncro
    this.#listening = listening
  }

  get status(): Status {
    const guests = this.#syncro.clients().filter(({ online }) => online)
    const here = `listening at ${this.#listening.address}`
    if (guests.length === 0)
      return { mood: 'waiting', text: `${here}; nobody is here yet (run "pnpm demo:client alice" in another terminal)` }
    return { mood: 'well', text: `${here}; here: ${guests.map(({ uid }) => printable(uid)).join(', ')}` }
  }

  goOffline(): string {
    return 'The server stays: it is where the others meet. A client can go offline.'
  }

  goOnline(): string {
    return 'The server is always online.'
  }
}
