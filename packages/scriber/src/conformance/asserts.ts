/** Asserts of the suite's own, so that it runs under any test framework. */

/** Throws unless the two are alike: same types, same contents, key order aside. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const difference = differs(actual, expected, '')
  if (difference !== undefined) throw new Error(`${what}: ${difference}`)
}

export function isTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

/** Throws unless the function throws, or rejects with, an error of that code. */
export async function failsWith(code: string, run: () => unknown, what: string): Promise<void> {
  let outcome = 'it went well'
  try {
    await run()
  } catch (error) {
    const found = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    if (found === code) return
    outcome = `it failed with ${String(error)}`
  }
  throw new Error(`${what}: expected an error with the code ${code}, but ${outcome}`)
}

function differs(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null)
    return `${path || 'it'} is ${shown(actual)} instead of ${shown(expected)}`
  const kinds = [actual, expected].map(kindOf)
  if (kinds[0] !== kinds[1]) return `${path || 'it'} is ${kinds[0]} instead of ${kinds[1]}`
  if (actual instanceof Date) return differs(actual.getTime(), (expected as Date).getTime(), `${path} (ms)`)
  const left = actual as Record<string, unknown>
  const right = expected as Record<string, unknown>
  const keys = [Object.keys(left), Object.keys(right)].map((all) => all.sort().join()) as [string, string]
  if (keys[0] !== keys[1]) return `${path || 'it'} has ${keys[0] || 'nothing'} instead of ${keys[1] || 'nothing'}`
  for (const key of Object.keys(left)) {
    const difference = differs(left[key], right[key], path === '' ? key : `${path}.${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Date) return 'a Date'
  if (value instanceof Uint8Array) return 'bytes'
  return 'an object'
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'bigint' ? `${value}n` : String(value)
}
