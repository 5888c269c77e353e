/** The few assertions that the suites need. */

export function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(message)
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  check(Object.is(actual, expected), `${what}: expected ${String(expected)}, found ${String(actual)}`)
}

export function equalBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  equal(actual.length, expected.length, `${what}, bytes`)
  for (let index = 0; index < expected.length; index++) {
    if (actual[index] !== expected[index])
      throw new Error(`${what}: byte ${index} is ${actual[index]}, not ${expected[index]}`)
  }
}

/** Bytes that differ at each place, and with each seed. */
export function pattern(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8) * 7 + seed) & 0xff
  return bytes
}

/** The error that a promise is rejected with; it must be an Error with a `code`. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<Error & { readonly code: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('rejected with nothing'),
  )
  check(error !== undefined, `${what} is rejected`)
  check(error instanceof Error, `${what} is rejected with an Error`)
  const { code } = error as Error & { code?: unknown }
  check(typeof code === 'string' && code !== '', `${what} is rejected with an error that has a code`)
  return error as Error & { readonly code: string }
}
