import { closeSync, openSync, writeSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { LogSync } from '../src/log-sync.js'
import { newPath } from './places.js'

/** A log on a disk that takes so many ms for each sync, by its clock. */
function logOn(diskMs: () => number) {
  const file = openSync(newPath(), 'w')
  onTestFinished(() => closeSync(file))
  writeSync(file, 'something')
  let nowMs = 0
  let isBegun = false
  const log = new LogSync(file, () => {
    if (isBegun) nowMs += diskMs()
    isBegun = !isBegun
    return nowMs
  })
  /** Whether the program stood still for it. */
  return async () => {
    const waiting = log.run()
    await waiting
    return waiting === undefined
  }
}

test('a quick disk is synced at once, each time', async () => {
  const sync = logOn(() => 0.1)
  for (let time = 0; time < 300; time++) expect(await sync()).toBe(true)
})

test('a slow disk is synced beside the program, which tries again now and then whether it is quick', async () => {
  let diskMs = 10
  const sync = logOn(() => diskMs)
  const stoodStill: number[] = []
  for (let time = 0; time < 250; time++) if (await sync()) stoodStill.push(time)
  expect(stoodStill).toEqual([0, 1, 2, 103, 204])
  diskMs = 0.1
  for (let time = 250; time < 305; time++) expect(await sync()).toBe(false)
  for (let time = 305; time < 320; time++) expect(await sync()).toBe(true)
})

test('a quick disk that is slow now and then is a quick one', async () => {
  let times = 0
  const sync = logOn(() => (++times % 3 === 0 ? 0.1 : 10))
  for (let time = 0; time < 300; time++) expect(await sync()).toBe(true)
})
