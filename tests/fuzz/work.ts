/** Counts the work that reading costs, in bytes moved, scanned and turned into text: time would say something else on each machine. */
import { JsonScanner } from '../../packages/protocol/src/json-scanner.js'

export interface Work {
  readonly moved: number
  readonly scanned: number
  readonly decoded: number
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Pick<Uint8Array, 'set' | 'copyWithin'>

/** Runs it, and says what it cost. */
export function workOf(run: () => void): Work {
  const work = { moved: 0, scanned: 0, decoded: 0 }
  const { set, copyWithin } = typedArray
  const { scan } = JsonScanner.prototype
  const { decode } = TextDecoder.prototype
  typedArray.set = function (source, offset) {
    work.moved += source.length
    set.call(this, source, offset)
  }
  typedArray.copyWithin = function (this: Uint8Array, target, start, end) {
    work.moved += (end ?? this.length) - start
    return copyWithin.call(this, target, start, end)
  } as Uint8Array['copyWithin']
  JsonScanner.prototype.scan = function (piece) {
    work.scanned += piece.length
    return scan.call(this, piece)
  }
  TextDecoder.prototype.decode = function (bytes, options) {
    work.decoded += bytes?.byteLength ?? 0
    return decode.call(this, bytes, options)
  }
  try {
    run()
  } finally {
    Object.assign(typedArray, { set, copyWithin })
    JsonScanner.prototype.scan = scan
    TextDecoder.prototype.decode = decode
  }
  return work
}
