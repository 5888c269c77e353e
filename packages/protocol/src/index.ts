/** `@syncro/protocol`: frames, messages, limits, and the contracts of connections and transports. Knows no classes and no clocks. */

export { BinaryDecoder, type MessageByColumns, type RowsByColumns } from './binary/binary-decoder.js'
export { BinaryEncoder } from './binary/binary-encoder.js'
export {
  type FieldColumn,
  type RowSection,
  type RowSections,
  rowsOfSections,
  type StampColumn,
} from './binary/columns.js'
export { type Compression, deflated } from './binary/deflated.js'
export type { RowNumbers } from './binary/numbering.js'
export type { Encoded, Told } from './binary/told.js'
export { decodeMessage, encodeMessage, encodeMessageFrame } from './codec.js'
export type { Connection, Receiver } from './connection.js'
export { ProtocolError, type ProtocolErrorCode, type ProtocolErrorDetails } from './errors.js'
export { encodeFrame, type FrameWidth } from './frame.js'
export { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js'
export {
  MAX_BATCH_CHANGES,
  MAX_BIGINT_DIGITS,
  MAX_BODY_CONTAINERS,
  MAX_BODY_DEPTH,
  MAX_BYTES_LENGTH,
  MAX_DEFLATE_RATIO,
  MAX_DIGEST_ENTRIES,
  MAX_ERROR_CODE_LENGTH,
  MAX_ERROR_TEXT_LENGTH,
  MAX_FIELDS,
  MAX_FRAME_BYTES,
  MAX_NAME_LENGTH,
  MAX_NUMBERED_NAMES,
  MAX_NUMBERED_ROWS,
  MAX_NUMBERED_WRITERS,
  MAX_OBJECT_KEYS,
  MAX_ROW_WRITERS,
  MAX_ROWS,
  MAX_STRING_LENGTH,
  MAX_V1_FRAME_BYTES,
  MAX_VALUE_CONTAINERS,
  MAX_VALUE_DEPTH,
  MAX_VERSIONS,
  MIN_DEFLATED_BYTES,
  V1_EXTENSION_BYTES,
} from './limits.js'
export type { Ack } from './messages/ack.js'
export type { Batch, BatchChange } from './messages/batch.js'
export type { CatchUp } from './messages/catch-up.js'
export type { CaughtUp } from './messages/caught-up.js'
export type { Cursor } from './messages/cursor.js'
export type { DigestList, DigestMessage, DigestPart, DigestSum } from './messages/digest.js'
export type { ErrorMessage } from './messages/error.js'
export type { Mark } from './messages/mark.js'
export type { Message } from './messages/message.js'
export type { Ping } from './messages/ping.js'
export type { Pong } from './messages/pong.js'
export type { Resume } from './messages/resume.js'
export type { Resumed } from './messages/resumed.js'
export type { RowField, RowImage, RowStamp, Rows } from './messages/rows.js'
export type { Listener, Listening, PeerInfo, Transport } from './transport.js'
export type { AddScribe } from './v1/add-scribe.js'
export { decodeV1, encodeV1 } from './v1/codec.js'
export type { V1Error } from './v1/error.js'
export type { Hello } from './v1/hello.js'
export type { GemMessage, ReceivedV1Message, V1Message } from './v1/message.js'
export type { Noop } from './v1/noop.js'
export { V1Reader } from './v1/reader.js'
export type { Response } from './v1/response.js'
export type { Rpc } from './v1/rpc.js'
export { parseScribe, type Scribe } from './v1/scribe.js'
export type { Sync } from './v1/sync.js'
export type { UnknownV1 } from './v1/unknown.js'
export type { Upgrade } from './v1/upgrade.js'
export type { JsonObject, JsonValue, RecordId, Value, WrittenStamp } from './value.js'
export { readValue, writeValue } from './value-json.js'
