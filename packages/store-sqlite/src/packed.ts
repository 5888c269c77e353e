/**
 * The stamps of a row as one short text: where it stands, and for each group of parts that were written together their stamp, writer and place.
 *
 * `<position>[!]<groups>`, a group being ` <stamp>.<writer>.<places behind the row>` and for each part `,<number>`: 0 the birth, 1 the destroy,
 * from 2 on the class's fields. `!` marks a row that has no place in its class's table. Numbers are to the base of 36.
 */

/** A part of a row, by its number, with its stamp. */
export interface PackedPart {
  readonly part: number
  readonly stamp: number
  readonly writer: number
  readonly position: number
}

export const birthPart = 0
export const destroyPart = 1
export const firstField = 2

const base = 36

/** @param isTabled whether the row has a place in its class's table. */
export function pack(position: number, isTabled: boolean, parts: readonly PackedPart[]): string {
  const groups = new Map<string, string>()
  for (const { part, stamp, writer, position: place } of parts) {
    const group = ` ${stamp.toString(base)}.${writer.toString(base)}.${(position - place).toString(base)}`
    groups.set(group, `${groups.get(group) ?? group},${part.toString(base)}`)
  }
  let packed = `${position.toString(base)}${isTabled ? '' : '!'}`
  for (const group of groups.values()) packed += group
  return packed
}

/** Reads packed rows, one after the other; without an object for a part. */
export class Unpacking {
  #text = ''
  #at = 0
  #end = 0
  #isBegun = false
  position = 0
  isTabled = true
  /** Of the part at hand. */
  part = 0
  stamp = 0
  writer = 0
  partPosition = 0

  /** @param end of the packed row in the text. @throws SyntaxError */
  begin(text: string, end: number): void {
    this.#text = text
    this.#end = end
    this.#at = 0
    this.position = this.#number()
    this.isTabled = text.charCodeAt(this.#at) !== mark
    if (!this.isTabled) this.#at += 1
    this.#isBegun = false
  }

  /** Goes to the next part; false after the last. @throws SyntaxError */
  next(): boolean {
    if (this.#at >= this.#end) return false
    if (!this.#isBegun || this.#text.charCodeAt(this.#at) === space) {
      this.#expect(space)
      this.stamp = this.#number()
      this.#expect(dot)
      this.writer = this.#number()
      this.#expect(dot)
      this.partPosition = this.position - this.#number()
      this.#isBegun = true
    }
    this.#expect(comma)
    this.part = this.#number()
    return true
  }

  #expect(code: number): void {
    if (this.#text.charCodeAt(this.#at) !== code) throw this.#broken()
    this.#at += 1
  }

  #number(): number {
    const text = this.#text
    const from = this.#at
    let at = from
    let number = 0
    for (; at < this.#end; at++) {
      const code = text.charCodeAt(at)
      if (code >= 48 && code <= 57) number = number * base + code - 48
      else if (code >= 97 && code <= 122) number = number * base + code - 87
      else break
    }
    if (at === from || number > Number.MAX_SAFE_INTEGER) throw this.#broken()
    this.#at = at
    return number
  }

  #broken(): SyntaxError {
    return new SyntaxError(`No packed row: ${JSON.stringify(this.#text.slice(0, 100))}, at ${this.#at}`)
  }
}

const mark = 33
const space = 32
const dot = 46
const comma = 44
