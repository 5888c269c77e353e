/** What the first byte of an item says that it is: a definition, or a message. Rules N1 and N10. */

export const Item = {
  name: 1,
  writer: 2,
  row: 3,
  base: 4,
  /** A batch of one update of one field, its stamp counted from the base. */
  update: 16,
  /** The same with its whole stamp. */
  updateAt: 17,
  batch: 18,
  batchAt: 19,
  rows: 20,
  mark: 21,
  ack: 22,
  catchUp: 23,
  caughtUp: 24,
  resume: 25,
  resumed: 26,
  digest: 27,
  ping: 28,
  pong: 29,
  error: 30,
  /** `rows`, deflated. */
  deflated: 31,
} as const
