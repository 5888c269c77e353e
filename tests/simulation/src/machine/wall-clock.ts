/** A machine's wall clock: not quite right, not quite even, and now and then set anew. Timers do not look at it. */

export class WallClock {
  readonly #rightMs: () => number
  /** By how much it runs too fast, in millionths. */
  driftPpm = 0
  readonly #beganMs: number
  #offsetMs = 0
  #shownMs: number | undefined

  /** @param rightMs the right time, in milliseconds since the Unix epoch. */
  constructor(rightMs: () => number) {
    this.#rightMs = rightMs
    this.#beganMs = rightMs()
  }

  /** Milliseconds since the Unix epoch; bound, so that it can be passed on as it is. */
  readonly now = (): number => this.#shownMs ?? this.#running()

  /** How far it is ahead of the right time. */
  get aheadMs(): number {
    return this.now() - Math.floor(this.#rightMs())
  }

  jump(byMs: number): void {
    this.#offsetMs += byMs
  }

  /** Stands still from now on, at the present time or one of somebody's choice. */
  stand(atMs = this.now()): void {
    this.#shownMs = atMs
  }

  /** Runs again, as if it had never stood. */
  run(): void {
    this.#shownMs = undefined
  }

  #running(): number {
    const right = this.#rightMs()
    return Math.floor(right + this.#offsetMs + ((right - this.#beganMs) * this.driftPpm) / 1e6)
  }
}
