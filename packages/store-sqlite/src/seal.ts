/** Text with a checksum at its end: what a disk has spoilt is not taken for what was written. */

const offset = 0x811c9dc5

/**
 * A checksum of texts, which are told apart: 32 bits, FNV-1a over UTF-16 units. A change of one unit always shows. (`zlib.crc32` sees no more,
 * and opening a store took a fifth longer with it: texts as short as these are not worth the call.)
 */
export class Checksum {
  #sum = offset

  /** @param state of another one, with which it goes on. */
  begin(state = offset): this {
    this.#sum = state
    return this
  }

  get state(): number {
    return this.#sum
  }

  /** @param end of what is added of the text. */
  add(text: string, end = text.length): this {
    let sum = this.#sum
    for (let at = 0; at < end; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
    // No unit is as large: two texts are not one longer one.
    this.#sum = Math.imul(sum ^ 0x10000, 0x01000193)
    return this
  }

  get text(): string {
    return (this.#sum >>> 0).toString(36)
  }

  /** Whether a text ends with it, after a place. */
  ends(text: string, from: number): boolean {
    let sum = 0
    if (text.length === from || text.length > from + 7) return false
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      sum = sum * 36 + (code < 58 ? code - 48 : code - 87)
    }
    return sum === this.#sum >>> 0
  }
}

const separator = '~'

type Key = readonly (string | number)[]

/** @param key where the text is kept: at another place it is not what was written there. */
export function seal(text: string, key: Key): string {
  return `${text}${separator}${sumOf(text, key)}`
}

/** The text without its checksum; undefined if that is wrong. */
export function unseal(sealed: string, key: Key): string | undefined {
  const end = sealed.lastIndexOf(separator)
  const text = sealed.slice(0, Math.max(0, end))
  return end >= 0 && sealed.slice(end + 1) === sumOf(text, key) ? text : undefined
}

function sumOf(text: string, key: Key): string {
  const sum = new Checksum().add(text)
  for (const part of key) sum.add(String(part))
  return sum.text
}
