/** Every bound of the recorder, with its reason. They are within the protocol's, so that what is recorded can be sent. */
export interface ScriberLimits {
  /** UTF-16 units of a class's or field's name: names are interned once, but travel in text. */
  readonly maxNameLength: number
  /** UTF-16 units of a text id: ids are held in memory for ever, also those of tombstones. */
  readonly maxIdLength: number
  /** Levels of arrays and objects in one value: every walk over a value is recursive. */
  readonly maxDepth: number
  /** Keys of one object in a value: an object of many keys costs several times what small ones cost. Many things are records. */
  readonly maxKeys: number
  /** UTF-16 units of one text in a value: longer text wants a merge of its own, or a file. */
  readonly maxTextLength: number
  /** Bytes of one `Uint8Array` in a value, for the same reason. */
  readonly maxBytesLength: number
  /** Decimal digits of a bigint: reading decimals takes more than linear time. */
  readonly maxBigintDigits: number
  /** Encoded bytes of one value: it has to fit in one frame (4 MiB) with room around it. */
  readonly maxValueBytes: number
  /** Encoded bytes of one batch: it travels whole, in one frame (4 MiB). */
  readonly maxBatchBytes: number
  /** Changes in one batch: a batch is merged in one step, and the event loop waits for it. */
  readonly maxBatchChanges: number
  /** Fields in one change: it is written and read in one piece. */
  readonly maxFields: number
}

export const defaultScriberLimits: ScriberLimits = {
  maxNameLength: 256,
  maxIdLength: 256,
  maxDepth: 32,
  maxKeys: 4_096,
  maxTextLength: 1_048_576,
  maxBytesLength: 1_048_576,
  maxBigintDigits: 4_096,
  maxValueBytes: 2 * 1024 * 1024,
  maxBatchBytes: 3 * 1024 * 1024,
  maxBatchChanges: 20_000,
  maxFields: 1_024,
}

/**
 * Names of classes and fields in one ledger, those included that peers made up: names are kept for ever. Within 16 bits, which number the
 * tables.
 */
export const maxLedgerNames = 4_096

/** … and those of them that what comes from others may take: however many names a peer makes up, there is room for our own. */
export const maxReplayedNames = 3_072

/** Eras of one ledger, of which each opening begins one: their list is stored whole. */
export const maxEras = 1_024
