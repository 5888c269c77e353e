/** What the socket tests share: an inbox that tells when something has come, and both ends of a transport. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection, Listener, Listening, PeerInfo, Receiver, Transport } from '@syncro/protocol'
import { onTestFinished } from 'vitest'

/** Keeps what arrives. */
export class Inbox implements Receiver {
  readonly chunks: Uint8Array[] = []
  readonly closes: (Error | undefined)[] = []
  length = 0
  /** Resolves with the cause, if there was one. */
  readonly closed: Promise<Error | undefined>
  #close: (cause: Error | undefined) => void = () => {}
  #waiting: { length: number; resolve: () => void }[] = []

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve
    })
  }

  receive(bytes: Uint8Array): void {
    this.chunks.push(bytes.slice())
    this.length += bytes.length
    for (const one of this.#waiting) if (one.length <= this.length) one.resolve()
    this.#waiting = this.#waiting.filter((one) => one.length > this.length)
  }

  close(cause?: Error): void {
    this.closes.push(cause)
    this.#close(cause)
  }

  /** Resolves with everything as text once so many bytes are here. */
  async text(length: number): Promise<string> {
    if (this.length < length) await new Promise<void>((resolve) => this.#waiting.push({ length, resolve }))
    return Buffer.concat(this.chunks).toString()
  }
}

/** One open end. */
export interface End {
  readonly connection: Connection
  readonly inbox: Inbox
}

/** Dials; rejects as the transport does. */
export async function dial(transport: Transport, signal?: AbortSignal): Promise<End> {
  const inbox = new Inbox()
  let opened: Connection | undefined
  await transport.open((connection) => {
    opened = connection
    return inbox
  }, signal)
  return { connection: opened!, inbox }
}

/** A listener that hands out its ends in the order in which they came; closed after the test. */
export class Host {
  readonly ends: (End & { readonly peer: PeerInfo })[] = []
  listening!: Listening
  #waiting: (() => void)[] = []

  static async at(listener: Listener): Promise<Host> {
    const host = new Host()
    host.listening = await listener.listen((connection, peer) => {
      const inbox = new Inbox()
      host.ends.push({ connection, inbox, peer })
      for (const resolve of host.#waiting.splice(0)) resolve()
      return inbox
    })
    onTestFinished(() => host.listening.close())
    return host
  }

  /** Resolves with the end of the connection that was accepted as the nth, counted from 0. */
  async end(index = 0): Promise<End & { readonly peer: PeerInfo }> {
    while (this.ends.length <= index) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.ends[index]!
  }
}

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'syncro-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
