/** `hello`: ours, in a version-1 frame; the gem drops it. Says who we are and which versions we speak. */

import { invalid, isCount, isHexId, isLabel, isUid, overLimit, type RawObject } from '../check.js'
import { MAX_VERSIONS } from '../limits.js'
import type { Value } from '../value.js'
import { readValue, writeValue } from '../value-json.js'

export interface Hello {
  readonly type: 'hello'

  /** Who the sender says it is: 1 to 256 units. */
  readonly uid: string

  /** The versions beyond 1 that the sender speaks, 1 to 16 of them. */
  readonly versions: readonly number[]

  /** The sender's ledger: 24 lower-case hex digits. */
  readonly ledger: string

  /** The sender's present era: 24 lower-case hex digits. */
  readonly era: string

  /** The set of data that the session is about; `''` unless there are several. */
  readonly space: string

  /** The fingerprint of the sender's view; `''` is everything. */
  readonly view: string

  /** Whether the sender's store survives a restart. */
  readonly durable: boolean

  /** The sender's raw wall clock, in ms. */
  readonly clock: number

  /** The number of this session among those of the sender's era. */
  readonly number: number

  /** The encodings that the sender reads beside JSON, by name; unknown ones are ignored. Default: none. */
  readonly encodings?: readonly string[]

  /** What the other side's `authenticate` is to judge. */
  readonly auth?: Value
}

/** Rule H1. */
export function parseHello(raw: RawObject): Hello {
  const { uid, versions, ledger, era, space, view, durable, clock, number, encodings, auth } = raw
  if (!isUid(uid)) throw invalid('uid', 'a string of 1 to 256 units')
  if (!Array.isArray(versions) || versions.length === 0 || !versions.every(isVersion))
    throw invalid('versions', 'an array of integers from 1 to 65,535')
  if (versions.length > MAX_VERSIONS) throw overLimit('versions', versions.length, MAX_VERSIONS)
  if (!isHexId(ledger)) throw invalid('ledger', '24 lower-case hex digits')
  if (!isHexId(era)) throw invalid('era', '24 lower-case hex digits')
  if (!isLabel(space)) throw invalid('space', 'a string of at most 256 units')
  if (!isLabel(view)) throw invalid('view', 'a string of at most 256 units')
  if (typeof durable !== 'boolean') throw invalid('durable', 'true or false')
  if (!isCount(clock)) throw invalid('clock', 'a safe integer of at least 0')
  if (!isCount(number)) throw invalid('number', 'a safe integer of at least 0')
  if (encodings !== undefined && !(Array.isArray(encodings) && encodings.every(isUid)))
    throw invalid('encodings', 'an array of strings of 1 to 256 units')
  if (encodings !== undefined && encodings.length > MAX_VERSIONS)
    throw overLimit('encodings', encodings.length, MAX_VERSIONS)
  return {
    ...{ type: 'hello', uid, versions, ledger, era, space, view, durable, clock, number },
    ...(encodings === undefined ? undefined : { encodings }),
    ...(auth === undefined ? undefined : { auth: readValue(auth, 'auth') }),
  }
}

export function writeHello(hello: Hello): object {
  const { type, uid, versions, ledger, era, space, view, durable, clock, number, encodings, auth } = hello
  return {
    ...{ type, uid, versions, ledger, era, space, view, durable, clock, number },
    ...(encodings === undefined ? undefined : { encodings }),
    ...(auth === undefined ? undefined : { auth: writeValue(auth) }),
  }
}

function isVersion(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= 65_535
}
