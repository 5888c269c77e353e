/** Every bound of the recorder, with its reason. They match the protocol's, so that what is recorded can be sent. */
export interface ScriberLimits {
  /** UTF-16 units of a class's or field's name: names are interned once, but travel in text. */
  readonly maxNameLength: number
  /** UTF-16 units of a text id: ids are held in memory for ever, also those of tombstones. */
  readonly maxIdLength: number
  /** Levels of arrays and objects in one value: every walk over a value is recursive. */
  readonly maxDepth: number
  /** Encoded bytes of one value: it has to fit in one frame (4 MiB) with room around it. */
  readonly maxValueBytes: number
  /** Encoded bytes of one batch: it travels whole, in one frame (4 MiB). */
  readonly maxBatchBytes: number
  /** Changes in one batch: a batch is merged in one step, and the event loop waits for it. */
  readonly maxBatchChanges: number
}

export const defaultScriberLimits: ScriberLimits = {
  maxNameLength: 256,
  maxIdLength: 256,
  maxDepth: 32,
  maxValueBytes: 2 * 1024 * 1024,
  maxBatchBytes: 3 * 1024 * 1024,
  maxBatchChanges: 20_000,
}
