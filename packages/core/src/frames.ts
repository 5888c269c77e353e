/** Messages of version 1 as they go on the wire: in their frames, or bare where the connection keeps message borders. */
import { encodeFrame, encodeV1, MAX_V1_FRAME_BYTES, ProtocolError, type V1Message } from '@syncro/protocol'

/** @throws ProtocolError `SYNCRO_FRAME_TOO_LARGE` if it does not fit in a version-1 frame. */
export function framedV1(message: V1Message, hasBorders: boolean): Uint8Array {
  const body = encodeV1(message)
  if (!hasBorders) return encodeFrame(body, 16)
  if (body.length <= MAX_V1_FRAME_BYTES) return body
  throw new ProtocolError(
    'SYNCRO_FRAME_TOO_LARGE',
    `a message of ${body.length} bytes is over the limit of ${MAX_V1_FRAME_BYTES}`,
    { actual: body.length, limit: MAX_V1_FRAME_BYTES },
  )
}
