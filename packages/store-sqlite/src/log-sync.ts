/**
 * Has the disk write the log. Where that is quick it is done at once: a hop to another thread and back takes as long again, and much longer where the
 * processors are busy. Where it is slow it is done beside the program, which goes on meanwhile.
 */
import { fdatasync, fdatasyncSync } from 'node:fs'
import { promisify } from 'node:util'

const syncBeside = promisify(fdatasync)

/** What a program may stand still for at each commit: little beside what the commit itself takes. */
const quickMs = 0.5

/** So many slow ones in a row are no accident: quick disks have a slow one now and then. */
const mostSlow = 3

/** How many are then done beside the program before the next is tried at once. */
const patience = 100

export class LogSync {
  readonly #file: number
  readonly #nowMs: () => number
  #slow = 0
  #beside = 0

  /** @param nowMs a clock that only goes forwards. */
  constructor(file: number, nowMs: () => number = () => performance.now()) {
    this.#file = file
    this.#nowMs = nowMs
  }

  /** Done when it returns, or, if it returns a promise, when that resolves. Throws or rejects with the system's error. */
  run(): void | Promise<void> {
    if (this.#beside > 0) {
      this.#beside -= 1
      return syncBeside(this.#file)
    }
    const beganMs = this.#nowMs()
    fdatasyncSync(this.#file)
    if (this.#nowMs() - beganMs <= quickMs) this.#slow = 0
    else if (++this.#slow >= mostSlow) this.#beside = patience
  }
}
