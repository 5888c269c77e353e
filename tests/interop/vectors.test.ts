import { describe, expect, test } from 'vitest'
import { type Entry, manifest, type Own, type Tested } from './manifest.js'
import { Replay } from './replay.js'
import { compared } from './said.js'
import { type Records, scenarios, type Vector, vector } from './vector.js'
import { recordsOf, type Shown, shownRecords } from './world.js'

const tested = Object.entries(manifest).filter((entry): entry is [string, Tested] => isTested(entry[1]))

test('the manifest names every vector, and its roles are peers of it', () => {
  expect(Object.keys(manifest).sort()).toEqual(scenarios)
  for (const [scenario, { roles, own = {} }] of tested) {
    const peers = Object.keys(vector(scenario).final)
    expect(roles.filter((role) => !vector(scenario).steps.some(({ peer }) => peer === role))).toEqual([])
    expect(Object.keys(own).filter((role) => !roles.includes(role))).toEqual([])
    expect(peers.length).toBeGreaterThan(0)
  }
})

describe.each(tested)('%s', (scenario, { roles, own = {} }) => {
  test.each(roles)('is understood, and answered as the gem understands, by ours as %s', (role) => {
    const recorded = vector(scenario)
    const replay = new Replay(recorded, role)
    replay.run()
    check(replay, recorded, role, own[role])
  })
})

function check(replay: Replay, recorded: Vector, role: string, own: Own | undefined): void {
  expect(replay.world.problems).toEqual([])
  const records = own?.records ?? role
  const expected = typeof records === 'string' ? shownFinal(recorded.final[records]?.records ?? {}) : records
  expectRecords(recordsOf(replay.syncro), expected)
  if (own?.says === undefined)
    // Where both came back at once, there is a connection that nobody used.
    for (const link of replay.links.filter((link) => link.recorded.length > 0)) {
      const { ours, recorded: then } = compared(link)
      expect(ours).toEqual(then)
    }
  // Whatever happens, the gem is told of no error: it raises on any.
  for (const { ours } of replay.links) expect(ours.filter(({ type }) => type === 'error')).toEqual([])
  if (own?.ends !== undefined) expect(replay.links.at(-1)?.ended).toBe(own.ends)
}

/** The vectors show the ends of long texts only. */
const shortened = /^([\s\S]*)\.\.\. \((\d+) characters\)$/

function expectRecords(ours: Shown, expected: Shown): void {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(expected).sort())
  for (const [record, fields] of Object.entries(expected)) {
    for (const [field, value] of Object.entries(fields)) {
      const [, begin, length] = shortened.exec(String(value)) ?? []
      const text = ours[record]?.[field]
      if (begin === undefined) expect(text).toEqual(value)
      else expect([String(text).slice(0, begin.length), String(text).length]).toEqual([begin, Number(length)])
    }
    expect(Object.keys(ours[record] ?? {})).toEqual(Object.keys(fields).sort())
  }
}

function shownFinal(records: Records): Shown {
  return shownRecords(
    Object.entries(records).flatMap(([klass, list]) =>
      list.map(({ id = null, ...fields }) => [klass, id, fields] as const),
    ),
  )
}

function isTested(entry: Entry): entry is Tested {
  return 'roles' in entry
}
