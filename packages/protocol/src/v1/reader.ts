/** Version-1 messages off a stream, the gem's wrong lengths mended. */

import { ProtocolError } from '../errors.js'
import type { FrameDecoder } from '../frame-decoder.js'
import { JsonScanner } from '../json-scanner.js'
import { V1_EXTENSION_BYTES } from '../limits.js'
import { decodeV1 } from './codec.js'
import type { ReceivedV1Message } from './message.js'

/**
 * Reads messages off a decoder whose width is 16. Where a body is an unfinished JSON object, the gem may have sent more than its length could say:
 * it is tried 65,536 bytes longer, and again, up to the decoder's limit. Each byte is scanned once and parsed once.
 */
export class V1Reader {
  /** Whether wrong lengths are mended: set it to false once the peer has said hello, since ours are right. Default: true. */
  mends = true

  readonly #decoder: FrameDecoder

  /** There while a body is being retried; `#scanned` bytes of it have been looked at. */
  #scanner: JsonScanner | undefined
  #scanned = 0

  constructor(decoder: FrameDecoder) {
    this.#decoder = decoder
  }

  /**
   * The next message, or undefined until more is pushed into the decoder. Throws what `decoder.next` and `decodeV1` throw; a body under retry that
   * cannot become an object any more is refused as soon as the byte that spoils it has come.
   */
  next(): ReceivedV1Message | undefined {
    for (;;) {
      const body = this.#decoder.next()
      if (!body) {
        if (this.#scanner && this.#look(this.#decoder.peek()) === 'invalid') throw noObject()
        return undefined
      }
      const message = this.#scanner ? this.#retry(body) : this.#first(body)
      if (message) return message
    }
  }

  #first(body: Uint8Array): ReceivedV1Message | undefined {
    try {
      return decodeV1(body)
    } catch (error) {
      if (!this.mends || !(error instanceof ProtocolError) || error.code !== 'SYNCRO_JSON_INVALID') throw error
      this.#scanner = new JsonScanner()
      this.#scanned = 0
      if (this.#look(body) !== 'unfinished') throw error
      this.#decoder.extend(V1_EXTENSION_BYTES)
      return undefined
    }
  }

  #retry(body: Uint8Array): ReceivedV1Message | undefined {
    const prefix = this.#look(body)
    if (prefix === 'invalid') throw noObject()
    if (prefix === 'unfinished') {
      this.#decoder.extend(V1_EXTENSION_BYTES)
      return undefined
    }
    this.#scanner = undefined
    return decodeV1(body)
  }

  #look(body: Uint8Array): 'unfinished' | 'finished' | 'invalid' {
    const scanner = this.#scanner as JsonScanner
    const prefix = scanner.scan(body.subarray(this.#scanned))
    this.#scanned = body.length
    return prefix
  }
}

function noObject(): ProtocolError {
  return new ProtocolError('SYNCRO_JSON_INVALID', 'the body is no JSON object, however long it is taken to be')
}
