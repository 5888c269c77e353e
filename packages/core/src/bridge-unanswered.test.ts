import { expect, test } from 'vitest'
import { type Request, Unanswered } from './bridge-unanswered.js'

function scribe(row: number, fields?: readonly string[]): Request {
  return { kind: 'scribe', covers: [{ row, fields }], position: row }
}

test('requests are numbered from 1, and cover what they change until they are answered', () => {
  const unanswered = new Unanswered()
  expect([unanswered.next, unanswered.add(scribe(1, ['title'])), unanswered.add(scribe(1))]).toEqual([1, 1, 2])
  const { scribes } = unanswered
  expect([scribes.field(1, 'title'), scribes.field(1, 'done'), scribes.whole(1)]).toEqual([true, true, true])
  unanswered.answered(1)
  expect(scribes.whole(1)).toBe(true)
  unanswered.answered(2)
  expect([scribes.has(1), unanswered.size]).toEqual([false, 0])
})

test('a field stays covered until all that cover it are answered', () => {
  const unanswered = new Unanswered()
  unanswered.add(scribe(1, ['title']))
  unanswered.add(scribe(1, ['title', 'done']))
  unanswered.answered(1)
  expect(unanswered.scribes.field(1, 'title')).toBe(true)
  unanswered.failed()
  expect(unanswered.scribes.has(1)).toBe(false)
})

test('those before the one that is answered are lost', () => {
  const unanswered = new Unanswered()
  for (const row of [1, 2, 3]) unanswered.add(scribe(row))
  const { request, lost } = unanswered.answered(2)
  expect([request?.position, lost.map(({ position }) => position)]).toEqual([2, [1]])
  expect(unanswered.failed()?.position).toBe(3)
})

test.each([0, 9, '1', null, 1.5])('an answer that nobody waits for is none: %j', (id) => {
  const unanswered = new Unanswered()
  unanswered.add(scribe(1))
  expect(unanswered.answered(id)).toEqual({ request: undefined, lost: [] })
  expect(unanswered.size).toBe(1)
})

test('it knows whether something that is told once more waits', () => {
  const unanswered = new Unanswered()
  unanswered.add({ ...scribe(1), isOwed: true })
  unanswered.add(scribe(2))
  expect(unanswered.isOwing).toBe(true)
  unanswered.answered(1)
  expect(unanswered.isOwing).toBe(false)
})
