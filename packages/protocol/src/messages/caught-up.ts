/** `caught-up`: all rows of the catch-up have come. */

export interface CaughtUp {
  readonly type: 'caught-up'
}

/** Rule M9. */
export function parseCaughtUp(): CaughtUp {
  return { type: 'caught-up' }
}
