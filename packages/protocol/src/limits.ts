/** Every bound of the protocol, with its reason. Tests try each at one below, at, and one above. */

/** Most bytes in the body of a version-1 frame: what its 16-bit length can say. */
export const MAX_V1_FRAME_BYTES = 65_535

/** Bytes by which a version-1 body is retried: the gem's lengths are right modulo this. */
export const V1_EXTENSION_BYTES = 65_536

/**
 * Most bytes in the body of a version-2 frame, and in a version-1 body that was retried: 4 MiB. Big enough for a record with a picture in it;
 * small enough that a peer who sends half of one costs a server little.
 */
export const MAX_FRAME_BYTES = 4_194_304

/** Most nested arrays and objects in one value. Ours need a handful; every walk over a value may then be recursive. */
export const MAX_VALUE_DEPTH = 32

/**
 * Most nested arrays and objects in a body, its own included: where Ruby's own JSON reader stops, and more than the deepest value of ours needs with
 * its tags. Whoever walks a body may then call itself.
 */
export const MAX_BODY_DEPTH = 100

/**
 * Most arrays and objects in a body: 4 MiB of `[]` would hold up whoever reads, checks, freezes and passes it on for seconds. A batch of the most
 * changes, or 4 MiB of the gem's scribes, has fewer.
 */
export const MAX_BODY_CONTAINERS = 327_680

/** Most arrays and objects in one value, tags included: with room for what goes around it, so that what came in a batch can go on as a row. */
export const MAX_VALUE_CONTAINERS = 262_144

/** Most keys of an object in a body: a large one costs six times what the same keys cost in small ones. Many things are records. */
export const MAX_OBJECT_KEYS = 4_096

/** Most UTF-16 units in the name of a class or a field, a uid, a space, a view, and in a record id that is a string. */
export const MAX_NAME_LENGTH = 256

/** Most UTF-16 units in a string in a value: 1 Mi. Longer text wants a merge of its own, or a file store. */
export const MAX_STRING_LENGTH = 1_048_576

/** Most bytes in a `Uint8Array` in a value: 1 MiB, for the same reason. */
export const MAX_BYTES_LENGTH = 1_048_576

/** Most decimal digits in a bigint: reading decimals takes more than linear time, and 4,096-bit keys have 1,234. */
export const MAX_BIGINT_DIGITS = 4_096

/** Most fields in one change and in one row. */
export const MAX_FIELDS = 1_024

/** Most changes in one batch: it is merged in one step, which nothing can interrupt. */
export const MAX_BATCH_CHANGES = 65_536

/** Most rows in one `rows` message, which is merged in one step; its sender aims far lower. */
export const MAX_ROWS = 16_384

/** Most writers in one `rows` message: a life has two and a field one, and most rows share theirs. */
export const MAX_ROW_WRITERS = 65_536

/** Most entries of each kind in one `digest` message; its sender aims far lower. */
export const MAX_DIGEST_ENTRIES = 16_384

/** Most versions, and most encodings, that a hello may list. */
export const MAX_VERSIONS = 16

/** Most UTF-16 units in the text of an `error` message; encoding shortens what is longer. */
export const MAX_ERROR_TEXT_LENGTH = 1_024

/** Most characters in the code of an `error` message. */
export const MAX_ERROR_CODE_LENGTH = 64

/** Most names of classes and fields that a sender numbers: a ledger has far fewer. What is beyond goes in full. */
export const MAX_NUMBERED_NAMES = 65_536

/** Most eras that a sender numbers: each opening of a ledger is one, so a hub may meet more; they go in full. */
export const MAX_NUMBERED_WRITERS = 65_536

/** Most rows that a sender numbers, for each of which a receiver keeps some 20 bytes and the id. Rows beyond go in full. */
export const MAX_NUMBERED_ROWS = 4_194_304

/** Bytes from which on rows are deflated: what is small hardly becomes smaller. */
export const MIN_DEFLATED_BYTES = 1_024

/** Most bytes that one deflated byte may become. Rows come to a fifth of it; deflate could be made to come to a thousand. */
export const MAX_DEFLATE_RATIO = 100
