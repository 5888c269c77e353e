/** Tells the tour: plain sentences, one a line, with colour where there is a terminal. */

import picocolors from 'picocolors'

/** The library colours wherever the variable CI is set, also into a file; here it takes a terminal, or a wish. */
const wanted = process.stdout.isTTY === true || process.env.FORCE_COLOR !== undefined
const colours = picocolors.createColors(wanted && picocolors.isColorSupported)

const NAME_WIDTH = 7
const TINTS = { server: colours.yellow, alice: colours.magenta, bob: colours.cyan } as Readonly<
  Record<string, ((text: string) => string) | undefined>
>

export class Narrator {
  readonly #write: (text: string) => void
  #scenes = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** The heading of the whole. */
  title(text: string): void {
    this.#write(`\n${colours.bold(text)}\n`)
  }

  /** The heading of a scene. */
  scene(text: string): void {
    this.#scenes += 1
    this.#write(`\n${colours.bold(`${this.#scenes}. ${text}`)}\n`)
  }

  /** An explanation. */
  say(text: string): void {
    this.#write(`   ${colours.dim(text)}\n`)
  }

  /** What a client does. */
  does(name: string, text: string): void {
    this.#line(name, text)
  }

  /** What a client is told by the others. */
  sees(name: string, text: string): void {
    this.#line(name, colours.dim(`← ${text}`))
  }

  /** What has been compared, and holds. */
  holds(text: string): void {
    this.#write(`   ${colours.green(`✓ ${text}`)}\n`)
  }

  fails(text: string): void {
    this.#write(`\n   ${colours.red(`✗ ${text}`)}\n`)
  }

  #line(name: string, text: string): void {
    const tint = TINTS[name] ?? colours.white
    this.#write(`   ${tint(name.padEnd(NAME_WIDTH))} ${text}\n`)
  }
}
