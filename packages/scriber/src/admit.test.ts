import { describe, expect, test } from 'vitest'
import { admitValue } from './admit.js'
import { defaultScriberLimits, type ScriberLimits } from './limits.js'
import type { Value } from './value.js'

const where = 'Todo.tags'

function admit(value: unknown, limits: Partial<ScriberLimits> = {}): Value {
  return admitValue(value, where, { ...defaultScriberLimits, ...limits })
}

function refused(value: unknown, limits: Partial<ScriberLimits> = {}): string {
  try {
    admit(value, limits)
  } catch (error) {
    expect(error).toMatchObject({ name: 'UsageError', code: 'SYNCRO_VALUE_INVALID' })
    return (error as Error).message
  }
  return expect.fail('the value was admitted')
}

function nested(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { inner: value }
  return value
}

describe('admitValue', () => {
  test.each([
    [null],
    [true],
    [false],
    [0],
    [-1.5],
    [Number.MAX_VALUE],
    [''],
    ['caf\u00e9 \ud83d\ude80'],
    [5n],
    [-(2n ** 70n)],
    [{}],
    [[]],
    [{ a: [{ b: null }] }],
    [Object.assign(Object.create(null) as object, { a: 1 })],
  ])('admits %o', (value) => {
    expect(admit(value)).toEqual(value)
  })

  test('records -0 as 0, also inside', () => {
    expect(admit(-0)).toBe(0)
    expect(admit([-0])).toEqual([0])
  })

  test('copies and freezes arrays and objects, deep', () => {
    const value = { list: [{ a: 1 }] }
    const admitted = admit(value) as typeof value
    value.list[0]!.a = 2
    value.list.push({ a: 3 })
    expect(admitted).toEqual({ list: [{ a: 1 }] })
    expect(() => admitted.list.push({ a: 4 })).toThrow(TypeError)
    expect(() => {
      admitted.list[0]!.a = 5
    }).toThrow(TypeError)
  })

  test('copies dates and bytes', () => {
    const date = new Date(5)
    const bytes = Uint8Array.of(1, 2)
    const admittedDate = admit(date) as Date
    const admittedBytes = admit(bytes) as Uint8Array
    date.setTime(6)
    bytes[0] = 9
    expect([admittedDate.getTime(), ...admittedBytes]).toEqual([5, 1, 2])
  })

  test('takes a Buffer as plain bytes', () => {
    const admitted = admit(Buffer.from([1, 2]))
    expect(Object.getPrototypeOf(admitted)).toBe(Uint8Array.prototype)
  })

  test('makes dates inside throw when they are set', () => {
    const { due } = admit({ due: new Date(5) }) as { due: Date }
    expect(due.getTime()).toBe(5)
    expect(() => due.setTime(6)).toThrow('assign a new value')
    expect(() => due.setFullYear(2000)).toThrow(TypeError)
  })

  test('admits one object in two places', () => {
    const shared = { a: 1 }
    expect(admit([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
  })

  test.each([
    ['NaN', Number.NaN, 'Todo.tags is NaN'],
    ['an infinity', Number.NEGATIVE_INFINITY, 'Todo.tags is -Infinity'],
    ['undefined', undefined, 'Todo.tags is undefined'],
    ['undefined inside', { a: [undefined] }, 'Todo.tags.a[0] is undefined'],
    ['NaN inside', [[Number.NaN]], 'Todo.tags[0][0] is NaN'],
    ['a function', () => 1, 'Todo.tags is a function'],
    ['a symbol', Symbol('x'), 'Todo.tags is a symbol'],
    // biome-ignore lint/suspicious/noSparseArray: that is the point.
    ['a sparse array', [1, , 3], 'Todo.tags[1] is a hole'],
    ['an invalid date', new Date(Number.NaN), 'Todo.tags is an invalid date'],
    ['half a surrogate pair', 'x\ud83d', 'Todo.tags is "x\\ud83d"'],
    ['half a surrogate pair inside', { a: '\ude80' }, 'Todo.tags.a is "\\ude80"'],
    ['half a surrogate pair in a key', { '\ud83d': 1 }, 'Todo.tags has the key "\\ud83d"'],
    ['an instance', new Map(), 'Todo.tags is an instance of Map'],
    ['an instance of a nameless class', new (class {})(), 'Todo.tags is an instance of a class'],
    ['a boxed number', Object(1), 'Todo.tags is an instance of Number'],
    ['another typed array', new Uint16Array(1), 'Todo.tags is an instance of Uint16Array'],
    ['the key constructor', { constructor: 1 }, 'Todo.tags has the key "constructor"'],
    ['the key prototype', [{ prototype: 1 }], 'Todo.tags[0] has the key "prototype"'],
    ['the key __proto__', JSON.parse('{"__proto__": {}}') as unknown, 'Todo.tags has the key "__proto__"'],
  ])('refuses %s, naming class, field and value', (_, value, message) => {
    expect(refused(value)).toContain(message)
  })

  test('refuses what contains itself', () => {
    const loop: unknown[] = []
    loop.push({ loop })
    expect(refused(loop)).toContain('Todo.tags[0].loop contains itself')
  })

  test('refuses levels over the limit', () => {
    expect(admit(nested(31))).toEqual(nested(31))
    expect(admit(nested(32))).toEqual(nested(32))
    expect(refused(nested(33))).toContain('deeper than 32 levels')
  })

  test('refuses objects with keys over the limit, also inside', () => {
    const keyed = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key ${at}`, at]))
    for (const count of [9, 10]) expect(() => admit(keyed(count), { maxKeys: 10 })).not.toThrow()
    expect(refused(keyed(11), { maxKeys: 10 })).toContain('has 11 keys, over the limit of 10')
    expect(refused({ a: [keyed(11)] }, { maxKeys: 10 })).toContain('Todo.tags.a[0] has 11 keys')
  })

  test('refuses text over the limit, also inside', () => {
    for (const length of [9, 10]) expect(admit('x'.repeat(length), { maxTextLength: 10 })).toHaveLength(length)
    expect(refused('x'.repeat(11), { maxTextLength: 10 })).toContain('text of 11 characters, over the limit of 10')
    expect(refused({ a: 'x'.repeat(11) }, { maxTextLength: 10 })).toContain('Todo.tags.a is text of 11 characters')
  })

  test('refuses bytes over the limit', () => {
    for (const length of [9, 10]) expect(admit(new Uint8Array(length), { maxBytesLength: 10 })).toHaveLength(length)
    expect(refused(new Uint8Array(11), { maxBytesLength: 10 })).toContain('11 bytes, over the limit of 10')
  })

  test('refuses a bigint with digits over the limit, whatever its sign', () => {
    for (const value of [10n ** 9n, 10n ** 10n - 1n, -(10n ** 10n) + 1n])
      expect(admit(value, { maxBigintDigits: 10 })).toBe(value)
    for (const value of [10n ** 10n, -(10n ** 10n), 16n ** 100n])
      expect(refused(value, { maxBigintDigits: 10 })).toContain('more than 10 digits')
  })

  test('refuses values over the limit of bytes, wherever those lie', () => {
    expect(admit('x'.repeat(97), { maxValueBytes: 100 })).toHaveLength(97)
    expect(admit('x'.repeat(98), { maxValueBytes: 100 })).toHaveLength(98)
    expect(refused('x'.repeat(99), { maxValueBytes: 100 })).toContain('Todo.tags takes more than 100 bytes')
    expect(refused([['x'.repeat(30)], 'x'.repeat(60)], { maxValueBytes: 100 })).toContain('Todo.tags takes more than')
    expect(refused({ ['k'.repeat(99)]: 1 }, { maxValueBytes: 100 })).toContain('Todo.tags takes more than')
    const empty = (count: number) => Array.from({ length: count }, () => [])
    for (const count of [7, 8]) expect(admit(empty(count), { maxValueBytes: 98 })).toHaveLength(count)
    expect(refused(empty(9), { maxValueBytes: 98 })).toContain('Todo.tags takes more than')
  })

  test('stops copying once the limit is passed', () => {
    let reads = 0
    const part = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        reads += 1
        return 'x'.repeat(50)
      },
    })
    let value: unknown = part
    for (let level = 0; level < 30; level++) value = [value, value]
    expect(refused(value, { maxValueBytes: 10_000 })).toContain('more than 10000 bytes')
    expect(reads).toBeLessThan(200)
    let empty: unknown = []
    for (let level = 0; level < 30; level++) empty = [empty, empty]
    expect(refused(empty)).toContain('takes more than')
  })
})
