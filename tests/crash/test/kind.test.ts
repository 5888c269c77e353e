import { expect, test } from 'vitest'
import { inLanes } from '../src/kind.js'

test('a case that fails is told of once the other lane has ended too, and begins no more', async () => {
  const begun: number[] = []
  let ended = false
  let failNow: () => void = () => undefined
  const failed = new Promise<void>((resolve) => {
    failNow = resolve
  })
  const lanes = inLanes([1, 2, 3, 4], async (number) => {
    begun.push(number)
    if (number === 2) {
      failNow()
      throw new Error('case 2')
    }
    await failed
    await new Promise(setImmediate)
    ended = true
  })
  await expect(lanes).rejects.toThrow('case 2')
  expect([begun, ended]).toEqual([[1, 2], true])
})
