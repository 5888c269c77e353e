import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Program, temporaryFolder } from './support.js'

/** Longer than the tour allows itself. */
const PATIENCE_MS = 40_000

describe('the tour', () => {
  test('shows everything, in plain text, and ends with 0', { timeout: PATIENCE_MS }, async () => {
    const temporary = temporaryFolder()
    const tour = new Program('tour', [], temporaryIn(temporary))
    expect(await tour.ended(), tour.errors).toBe(0)
    const holds = [...tour.output.matchAll(/^ +✓ (.*)$/gm)].map(([, text]) => text)
    expect(holds).toEqual([
      'Everybody is connected, and the shared list is empty',
      'Created by alice, there for everybody',
      'Done by bob, done for everybody',
      'Removed by the server, gone for everybody',
      'Both edits survive, everywhere',
      expect.stringMatching(/^Everybody has the same title, "Buy (rice|almond) milk"$/),
      'The others are in step without bob',
      'What bob had is in his file',
      'Bob has caught up with what he missed',
      'Created by alice, there for everybody',
      'And acknowledged: from here on it must not get lost',
      'Alice and bob work on, and neither knows what the other does',
      "All that was acknowledged is in the server's file",
      'Everything is everywhere: what was acknowledged, and what was done since',
      'Server and bob know of the milk, and of no book',
      'Alice has her book, and still thinks that the milk is done',
      'What was done on both sides is everywhere',
      'All the same, down to the ids',
      'Nobody has a change that has not been acknowledged',
    ])
    expect(tour.output).toContain('bob     ← "Buy milk" has appeared')
    expect(tour.output).not.toContain('\u001b')
    expect(tour.errors).toBe('')
    expect(readdirSync(temporary)).toEqual([])
  })

  test('has colours where they are wanted', { timeout: PATIENCE_MS }, async () => {
    const tour = new Program('tour', [], { FORCE_COLOR: '1' })
    await tour.ended()
    expect(tour.output).toContain('\u001b[32m✓')
  })

  test('ends with 1 and says what differs', { timeout: PATIENCE_MS }, async () => {
    const temporary = temporaryFolder()
    const tour = new Program('tour', [], { ...temporaryIn(temporary), SYNCRO_TOUR_SABOTAGE: 'differ' })
    expect(await tour.ended()).toBe(1)
    expect(readdirSync(temporary)).toEqual([])
    expect(tour.output).toMatch(
      /✗ the data differs: server has "Buy \w+ milk" as \w+, bob has "Buy \w+ milk!" as \w+$/m,
    )
  })

  test('ends with 1 and says what it waited for in vain', { timeout: PATIENCE_MS }, async () => {
    const tour = new Program('tour', [], { SYNCRO_TOUR_SABOTAGE: 'hang', SYNCRO_TOUR_STEP_MS: '4000' })
    expect(await tour.ended()).toBe(1)
    expect(tour.output).toMatch(/✗ \w+ never came to the point where it has .* \(waited 4 s\)/)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGKILL', 'SIGKILL'],
  ] as const)('leaves no process behind after %s', { timeout: PATIENCE_MS }, async (signal, end) => {
    const temporary = temporaryFolder()
    const tour = new Program('tour', [], temporaryIn(temporary))
    await tour.says(/bob +has connected/)
    tour.kill(signal)
    expect(await tour.ended()).toBe(end)
    // Nobody can clear up after himself who is killed.
    if (signal !== 'SIGKILL') expect(readdirSync(temporary)).toEqual([])
  })
})

/** Has a program take a folder for the system's temporary one. */
function temporaryIn(folder: string): NodeJS.ProcessEnv {
  return { TMPDIR: folder, TEMP: folder, TMP: folder }
}
