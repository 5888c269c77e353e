import { expect, test } from 'vitest'
import { PeerPlaces } from './places.js'

test('a place is remembered by the number of the row, whatever the batch', () => {
  const places = new PeerPlaces()
  places.of([3, -1]).lies(0, 70)
  places.lies(1, 80)
  expect([places.slotOf(0), places.slotOf(1)]).toEqual([70, -1])
  places.of([9, 3])
  expect([places.slotOf(0), places.slotOf(1), places.slotOf(2)]).toEqual([-1, 70, -1])
  places.lies(1, 0)
  expect(places.of([3]).slotOf(0)).toBe(0)
})

test('numbers far beyond those before take no memory: their places are looked up', () => {
  const places = new PeerPlaces()
  places.of([1_024]).lies(0, 5)
  expect(places.slotOf(0)).toBe(5)
  places.of([4_194_303]).lies(0, 5)
  expect(places.slotOf(0)).toBe(-1)
})
