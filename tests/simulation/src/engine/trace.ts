/** What happened, as a number that two runs of one seed must share, and, where somebody reads it, as lines. */

const prime = 0x01000193

export class Trace {
  #hash = 0x811c9dc5
  readonly #labels = new Map<string, number>()
  readonly #write: ((line: string) => void) | undefined

  /** @param write takes the lines; without it none are made. */
  constructor(write?: (line: string) => void) {
    this.#write = write
  }

  get isRead(): boolean {
    return this.#write !== undefined
  }

  /** FNV-1a over everything that was noted, as 8 hex digits. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  event(atMs: number, label: string): void {
    this.#mix(Math.round(atMs * 1000))
    let hash = this.#labels.get(label)
    if (hash === undefined) {
      hash = hashOf(label)
      this.#labels.set(label, hash)
    }
    this.#mix(hash)
  }

  bytes(bytes: Uint8Array): void {
    let hash = this.#hash
    for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, prime)
    this.#hash = hash
  }

  text(text: string): void {
    this.#mix(hashOf(text))
  }

  /** Writes a line; what makes it is called only where somebody reads it. */
  line(atMs: number, text: () => string): void {
    this.#write?.(`${(atMs / 1000).toFixed(4).padStart(10)}  ${text()}`)
  }

  #mix(number: number): void {
    this.#hash = Math.imul(this.#hash ^ (number | 0), prime)
    this.#hash = Math.imul(this.#hash ^ Math.floor(number / 2 ** 32), prime)
  }
}

/** FNV-1a of a text's units. */
export function hashOf(text: string, seed = 0x811c9dc5): number {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), prime)
  return hash >>> 0
}
