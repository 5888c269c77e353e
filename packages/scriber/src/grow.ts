/** Growing typed arrays. */
type Growable = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** A copy of a typed array with room for more; the new part is zero. */
export function grown<T extends Growable>(array: T, capacity: number): T {
  const larger = new (array.constructor as new (length: number) => T)(capacity)
  larger.set(array)
  return larger
}

/** The capacity to grow to: doubling while small, then by an eighth, so that the slack stays below an eighth of the data. */
export function nextCapacity(capacity: number): number {
  return capacity < 4096 ? Math.max(16, capacity * 2) : capacity + (capacity >> 3)
}
