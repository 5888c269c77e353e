import { Syncro } from '@syncro/core'
import { render } from 'ink-testing-library'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Item } from './item.js'
import type { Presence } from './presence.js'
import { Screen } from './screen.js'
import { SharedList } from './shared-list.js'
import { Shell } from './shell.js'

const alone: Presence = {
  status: { mood: 'away', text: 'alone' },
  outlivesInput: false,
  goOffline: () => 'gone',
  goOnline: () => 'here',
}

function show() {
  const syncro = new Syncro({ uid: 'alice', models: [Item] })
  const shell = new Shell(syncro, new SharedList(syncro), alone, undefined)
  const screen = render(<Screen shell={shell} />)
  onTestFinished(async () => {
    screen.unmount()
    await shell.close()
  })
  return {
    shell,
    type: (text: string) => screen.stdin.write(text),
    shows: (text: string | RegExp) => vi.waitFor(() => expect(screen.lastFrame()).toMatch(text)),
  }
}

test('the screen shows who it is, how things stand, and what can be typed', async () => {
  const { shows } = show()
  await shows('Shared list · alice')
  await shows('● alone')
  await shows('add TEXT · edit N TEXT')
})

test('what is typed key by key is on the list after Enter', async () => {
  const { type, shows } = show()
  await shows('Nothing to do')
  for (const key of 'add Milk') type(key)
  type('\u007f')
  type('\u007f')
  type('st')
  await shows('> add Mist')
  type('\r')
  await shows(/1 · Mist alice ↑ unsent/)
})

test('lines that come in one piece are done one by one', async () => {
  const { type, shows } = show()
  await shows('Nothing to do')
  type('add Milk\radd Bread\rdone 2\rhel')
  await shows(/1 · Milk[\s\S]*2 ✓ Bread[\s\S]*> hel/)
  type('\u0015')
  type('offline\r')
  await shows('gone')
})

test('news and answers are shown, the last ones only', async () => {
  const { shell, shows } = show()
  await shows('Nothing to do')
  for (let number = 1; number <= 12; number++) shell.events.emit('news', `bob did number ${number}.`)
  await shows(/number 5\.[\s\S]*number 12\./)
  await shows(/^(?![\s\S]*number 4\.)/)
})
