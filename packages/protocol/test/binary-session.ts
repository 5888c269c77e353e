/** Both ends of a session in the binary encoding: an encoder with its ledger's row numbers, what the session was told, and its decoder. */

import { BinaryDecoder, BinaryEncoder, type Encoded, type Message, type RecordId } from '@syncro/protocol'

/** Numbers rows at their first mention, as long as there is room. */
export class RowBook {
  readonly #numbers = new Map<string, number>()
  readonly #records: { readonly name: string; readonly id: RecordId }[] = []
  readonly #most: number

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  numberOf(name: string, id: RecordId): number {
    const key = JSON.stringify([name, id])
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    if (this.#records.length >= this.#most) return -1
    this.#numbers.set(key, this.#records.length)
    this.#records.push({ name, id })
    return this.#records.length - 1
  }

  recordAt(number: number): { readonly name: string; readonly id: RecordId } {
    return this.#records[number]!
  }
}

export class BinarySession {
  readonly encoder: BinaryEncoder
  readonly told
  readonly decoder = new BinaryDecoder()

  constructor(encoder = new BinaryEncoder(new RowBook())) {
    this.encoder = encoder
    this.told = encoder.told()
  }

  /** The bytes of an encoded message in this session, with what has to be told before. */
  bytes(encoded: Encoded): Uint8Array {
    const before = this.told.definitions(encoded)
    return Uint8Array.from([...(before ?? []), ...encoded.bytes])
  }

  encode(message: Message): Uint8Array {
    return this.bytes(this.encoder.encode(message))
  }

  decode(body: Uint8Array): Message[] {
    this.decoder.open(body)
    const messages: Message[] = []
    for (let message = this.decoder.next(); message !== undefined; message = this.decoder.next()) messages.push(message)
    return messages
  }
}
