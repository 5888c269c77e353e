/** Tells the beginning of a JSON object from what can never become one, byte by byte, without building anything. */

import { MAX_BODY_DEPTH } from './limits.js'

/** `unfinished`: more bytes may complete the object. `finished`: it is complete, white space aside. `invalid`: no bytes can mend it. */
export type JsonPrefix = 'unfinished' | 'finished' | 'invalid'

// What may come next.
const OBJECT = 0
const VALUE = 1
const VALUE_OR_END = 2
const KEY = 3
const KEY_OR_END = 4
const COLON = 5
const COMMA_OR_END = 6
const NUMBER = 7
const LITERAL = 8
const STRING = 9
const ESCAPE = 10
const HEX = 11
const NOTHING = 12
const INVALID = 13

const BRACE = 123
const BRACKET = 91
const QUOTE = 34

const rests = new Map([
  [116, 'rue'],
  [102, 'alse'],
  [110, 'ull'],
])

/**
 * Scans a body that comes in pieces; the whole is looked at once. It follows JSON's grammar, but lets pass what is wrong within a number and bytes
 * that are no UTF-8: a finished body is still to be parsed. Nesting over `MAX_BODY_DEPTH` is invalid.
 */
export class JsonScanner {
  #state = OBJECT
  #depth = 0

  /** The open brace or bracket at each depth. */
  readonly #open = new Uint8Array(MAX_BODY_DEPTH + 1)

  /** Whether the string that is open is a key. */
  #isKey = false

  /** What must follow of a literal, and how many hex digits of an escape. */
  #rest = ''
  #hexLeft = 0

  /** Looks at the next piece and says what all pieces are together. */
  scan(piece: Uint8Array): JsonPrefix {
    for (let index = 0; index < piece.length && this.#state !== INVALID; index++)
      this.#state = this.#after(piece[index] as number)
    if (this.#state === NOTHING) return 'finished'
    return this.#state === INVALID ? 'invalid' : 'unfinished'
  }

  #after(byte: number): number {
    switch (this.#state) {
      case STRING:
        return this.#inString(byte)
      case ESCAPE:
        return this.#inEscape(byte)
      case HEX:
        if (!isHex(byte)) return INVALID
        return --this.#hexLeft === 0 ? STRING : HEX
      case LITERAL:
        return this.#inLiteral(byte)
      case NUMBER:
        return isInNumber(byte) ? NUMBER : this.#between(byte, COMMA_OR_END)
      default:
        return this.#between(byte, this.#state)
    }
  }

  #between(byte: number, state: number): number {
    if (byte === 32 || byte === 10 || byte === 13 || byte === 9) return state
    switch (state) {
      case OBJECT:
        return byte === BRACE ? this.#enter(byte) : INVALID
      case KEY_OR_END:
        return byte === 125 ? this.#leave(BRACE) : this.#key(byte)
      case KEY:
        return this.#key(byte)
      case COLON:
        return byte === 58 ? VALUE : INVALID
      case VALUE_OR_END:
        return byte === 93 ? this.#leave(BRACKET) : this.#value(byte)
      case VALUE:
        return this.#value(byte)
      case COMMA_OR_END:
        if (byte === 44) return this.#open[this.#depth] === BRACE ? KEY : VALUE
        if (byte === 125) return this.#leave(BRACE)
        return byte === 93 ? this.#leave(BRACKET) : INVALID
      default:
        return INVALID
    }
  }

  #key(byte: number): number {
    this.#isKey = true
    return byte === QUOTE ? STRING : INVALID
  }

  #value(byte: number): number {
    if (byte === QUOTE) {
      this.#isKey = false
      return STRING
    }
    if (byte === BRACE || byte === BRACKET) return this.#enter(byte)
    if (byte === 45 || isDigit(byte)) return NUMBER
    const rest = rests.get(byte)
    if (rest === undefined) return INVALID
    this.#rest = rest
    return LITERAL
  }

  #enter(bracket: number): number {
    if (this.#depth === MAX_BODY_DEPTH) return INVALID
    this.#open[++this.#depth] = bracket
    return bracket === BRACE ? KEY_OR_END : VALUE_OR_END
  }

  #leave(bracket: number): number {
    if (this.#open[this.#depth] !== bracket) return INVALID
    this.#depth--
    return this.#depth === 0 ? NOTHING : COMMA_OR_END
  }

  #inString(byte: number): number {
    if (byte === QUOTE) return this.#isKey ? COLON : COMMA_OR_END
    if (byte === 92) return ESCAPE
    return byte < 32 ? INVALID : STRING
  }

  #inEscape(byte: number): number {
    if (byte === 117) {
      this.#hexLeft = 4
      return HEX
    }
    return '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? STRING : INVALID
  }

  #inLiteral(byte: number): number {
    if (byte !== this.#rest.charCodeAt(0)) return INVALID
    this.#rest = this.#rest.slice(1)
    return this.#rest === '' ? COMMA_OR_END : LITERAL
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70)
}

function isInNumber(byte: number): boolean {
  return isDigit(byte) || byte === 43 || byte === 45 || byte === 46 || byte === 69 || byte === 101
}
