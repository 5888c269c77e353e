/** The check at the door: what a program assigns is refused here, or copied, so that what is recorded is what can travel. */
import { encodedBytes, textBytes } from './encoded-bytes.js'
import { UsageError } from './errors.js'
import type { ScriberLimits } from './limits.js'
import { FrozenDate, isForbiddenKey, settled, type Value } from './value.js'

/**
 * Checks a value and makes the copy that is recorded: deeply frozen, -0 as 0.
 *
 * @param where names class and field in the error.
 * @throws UsageError `SYNCRO_VALUE_INVALID` for what cannot be recorded, with the path to it.
 */
export function admitValue(value: unknown, where: string, limits: ScriberLimits): Value {
  // Most values are of these kinds, and need no walk.
  if (typeof value === 'string' && value.length * 6 <= limits.maxValueBytes) {
    if (value.length <= limits.maxTextLength && value.isWellFormed()) return value
  } else if (typeof value === 'number') {
    if (value - value === 0) return value === 0 ? 0 : value
  } else if (typeof value === 'boolean' || value === null) return value
  return admit(value, { where, limits, path: [], above: new Set(), bytes: 0 })
}

/** A value on its way in. */
interface Admission {
  readonly where: string
  readonly limits: ScriberLimits
  /** Keys and indexes from the field to the part at hand. */
  readonly path: (string | number)[]
  /** The arrays and objects that the part at hand lies in. */
  readonly above: Set<object>
  /** What the JSON encoding takes, at the most. */
  bytes: number
}

function admit(value: unknown, admission: Admission): Value {
  switch (typeof value) {
    case 'string':
      return admitText(value, admission)
    case 'number':
      if (!Number.isFinite(value)) return refuse(admission, `is ${value}; record null, or leave the field alone`)
      return spend(value === 0 ? 0 : value, admission)
    case 'boolean':
      return spend(value, admission)
    case 'bigint':
      return admitBigint(value, admission)
    case 'object':
      return value === null ? spend(null, admission) : admitObject(value, admission)
    case 'undefined':
      return refuse(admission, 'is undefined, which cannot be recorded; use null for "nothing"')
    default:
      return refuse(admission, `is a ${typeof value}, which cannot be recorded`)
  }
}

function admitText(text: string, admission: Admission): string {
  const { maxTextLength } = admission.limits
  if (text.length > maxTextLength)
    refuse(admission, `is text of ${text.length} characters, over the limit of ${maxTextLength}; ${cureForSize}`)
  if (!text.isWellFormed())
    refuse(admission, `is ${shown(text)}, which holds half a surrogate pair, and no encoding keeps that`)
  return spend(text, admission)
}

function admitBigint(value: bigint, admission: Admission): bigint {
  const { maxBigintDigits } = admission.limits
  // A digit is more than three bits: so the decimals of an endless number are never made.
  const digits = value.toString(16).length > maxBigintDigits ? maxBigintDigits + 1 : `${value}`.replace('-', '').length
  if (digits > maxBigintDigits) refuse(admission, `is a bigint of more than ${maxBigintDigits} digits`)
  return spend(value, admission)
}

function admitObject(value: object, admission: Admission): Value {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) refuse(admission, 'is an invalid date')
    spend(value, admission)
    return admission.above.size === 0 ? new Date(value.getTime()) : new FrozenDate(value.getTime())
  }
  if (value instanceof Uint8Array) {
    const { maxBytesLength } = admission.limits
    if (value.length > maxBytesLength)
      refuse(admission, `is ${value.length} bytes, over the limit of ${maxBytesLength}; ${cureForSize}`)
    return spend(Uint8Array.from(value), admission)
  }
  const { above, limits } = admission
  if (above.has(value)) refuse(admission, 'contains itself')
  if (above.size >= limits.maxDepth) refuse(admission, `is nested deeper than ${limits.maxDepth} levels`)
  above.add(value)
  count(10, admission)
  const copy = Array.isArray(value) ? admitItems(value, admission) : admitMembers(value, admission)
  above.delete(value)
  return copy
}

function admitItems(items: readonly unknown[], admission: Admission): Value {
  const copy: Value[] = []
  for (let at = 0; at < items.length; at++) {
    admission.path.push(at)
    if (!(at in items)) refuse(admission, 'is a hole in the array; use null')
    copy.push(admit(items[at], admission))
    admission.path.pop()
    count(1, admission)
  }
  return settled(copy)
}

function admitMembers(value: object, admission: Admission): Value {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    refuse(admission, `is ${classOf(value)}; record plain objects, arrays, Date, bigint or Uint8Array`)
  const copy: Record<string, Value> = {}
  const entries = Object.entries(value)
  const { maxKeys } = admission.limits
  if (entries.length > maxKeys)
    refuse(admission, `has ${entries.length} keys, over the limit of ${maxKeys}; many things are records of their own`)
  for (const [key, member] of entries) {
    if (isForbiddenKey(key)) refuse(admission, `has the key ${shown(key)}, which is not allowed`)
    if (!key.isWellFormed()) refuse(admission, `has the key ${shown(key)}, which holds half a surrogate pair`)
    count(2 + textBytes(key), admission)
    admission.path.push(key)
    copy[key] = admit(member, admission)
    admission.path.pop()
  }
  return settled(copy)
}

function spend<Part extends Value>(part: Part, admission: Admission): Part {
  count(encodedBytes(part), admission)
  return part
}

/** Counts what something takes; refused at once when it is too much, so that no endless copy is made. */
function count(bytes: number, admission: Admission): void {
  admission.bytes += bytes
  const { maxValueBytes } = admission.limits
  if (admission.bytes <= maxValueBytes) return
  admission.path.length = 0
  refuse(admission, `takes more than ${maxValueBytes} bytes; ${cureForSize}`)
}

const cureForSize = 'keep large data in files and record their names'

function refuse({ where, path }: Admission, problem: string): never {
  const inside = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  throw new UsageError('SYNCRO_VALUE_INVALID', `${where}${inside} ${problem}.`)
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

function classOf(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class'
}
