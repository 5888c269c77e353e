import { describe, expect, test } from 'vitest'
import { HELP, LONG_HELP, parseCommand } from './commands.js'

describe('a line', () => {
  test.each([
    ['add Buy milk', { do: 'add', title: 'Buy milk' }],
    ['  ADD   Buy  milk ', { do: 'add', title: 'Buy  milk' }],
    ['edit 12 Buy oat milk', { do: 'edit', number: 12, title: 'Buy oat milk' }],
    ['done 1', { do: 'done', number: 1 }],
    ['remove 3', { do: 'remove', number: 3 }],
    ['list', { do: 'list' }],
    ['Offline', { do: 'offline' }],
    ['online', { do: 'online' }],
    ['help', { do: 'help' }],
    ['quit', { do: 'quit' }],
    ['', { do: 'nothing' }],
    ['   ', { do: 'nothing' }],
  ])('%j is understood', (line, command) => {
    expect(parseCommand(line)).toEqual(command)
  })

  test.each(['add', 'edit', 'edit 1', 'edit one two', 'done', 'done first', 'done 1 2', 'remove -1', 'dance'])(
    '%j is refused with an example or the commands',
    (line) => {
      expect(parseCommand(line)).toEqual({ do: 'refuse', reason: expect.stringMatching(/for instance|add TEXT/i) })
    },
  )
})

test('both helps name the same commands', () => {
  const words = HELP.split(' · ').map((part) => part.split(' ')[0])
  expect(LONG_HELP.map((line) => line.split(' ')[0])).toEqual(words.filter((word) => word !== 'help'))
})
