// Keeps one row after the other on a disk that is full after a while, and says what comes of it; goes on or closes as it is told.
import { once } from 'node:events'
import { sqlite } from '../dist/index.js'

const [, , path, then] = process.argv
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`)

const store = sqlite(path, { retryMs: 20 })
const told = once(process.stdin.resume(), 'end')
let isStalled = false
const stalled = new Promise((resolve) => {
  store.watch((stall) => {
    isStalled = stall !== undefined
    say(isStalled ? 'stalled' : 'goes-on', stall?.code ?? '')
    resolve()
  })
})
await store.open()
let position = 0
const keeping = []

function keep() {
  position += 1
  const number = position
  const stamp = { stamp: number, writer: 'aaaaaaaaaaaaaaaaaaaaaaaa', position: number }
  const fields = [{ name: 'text', value: `text ${number} `.repeat(200), ...stamp }]
  const row = { name: 'Note', id: `n${number}`, position: number, life: { birth: stamp }, fields }
  const kept = store.keep({
    ledger: '0123456789abcdef01234567',
    rows: [row],
    position: number,
    clock: number,
  })
  keeping.push(
    kept.then(
      () => say('kept', number),
      ({ code }) => say('refused', number, code),
    ),
  )
  return kept
}

while (!isStalled) await Promise.race([keep(), stalled])
for (let more = 0; more < 3; more++) void keep().catch(() => undefined)
await store.backup(`${path}.backup`).catch(({ code }) => say('no-backup', code))
if (then === 'go on') await told
else await store.close().catch(({ code }) => say('close-failed', code))
await Promise.all(keeping)
if (then === 'go on') await store.close()
say('done', position)
