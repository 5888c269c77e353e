// A store in a file, a transaction a line: it survives a kill, and a kill is all that these tests do to it. Nothing is ever tidied up.
import { readFileSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { MemoryStore } from '@syncro/scriber'

/** @typedef {import('@syncro/scriber').Store} Store */
/** @implements {Store} */
export class LogStore {
  level = /** @type {const} */ ('os')
  #path
  /** @type {import('node:fs/promises').FileHandle | undefined} */
  #file
  /** Settles when everything given is written. @type {Promise<void>} */
  #written = Promise.resolve()

  /** @param {string} path */
  constructor(path) {
    this.#path = path
  }

  async open() {
    this.#file = await open(this.#path, 'a+')
    const text = readFileSync(this.#path, 'utf8')
    // A kill may have cut the last line.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    truncateSync(this.#path, Buffer.byteLength(whole))
    const kept = new MemoryStore()
    for (const line of whole.split('\n')) if (line !== '') kept.keep(JSON.parse(line))
    return kept.open()
  }

  /** @param {import('@syncro/scriber').StoreTransaction} transaction */
  keep(transaction) {
    const line = `${JSON.stringify(transaction)}\n`
    this.#written = this.#written.then(() => this.#file?.appendFile(line))
    return this.#written
  }

  async close() {
    await this.#written
    await this.#file?.close()
  }
}
