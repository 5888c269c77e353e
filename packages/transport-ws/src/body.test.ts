import fc from 'fast-check'
import { expect, test } from 'vitest'
import { received, toSend } from './body.js'

test('whatever is sent comes as the same bytes', () => {
  const anything = fc.uint8Array({ maxLength: 40 })
  const likeJson = anything.map((bytes) => Uint8Array.of(0x7b, ...bytes))
  const text = fc.string({ unit: 'binary' }).map((string) => new TextEncoder().encode(`{${string}`))
  fc.assert(
    fc.property(fc.oneof(anything, likeJson, text), (bytes) => {
      expect(received(toSend(bytes))).toEqual(bytes)
    }),
  )
})

test('text that begins like an object goes as text', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, (string) => {
      const written = toSend(new TextEncoder().encode(`{${string}`))
      expect(written).toBe(`{${string}`)
    }),
  )
})

test('an array of the platform is taken as it is', () => {
  expect(received(Uint8Array.of(1, 2).buffer)).toEqual(Uint8Array.of(1, 2))
})
