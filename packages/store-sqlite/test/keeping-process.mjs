// Keeps one row after the other, and says so of each, until it is killed.
import { sqlite } from '../dist/index.js'

const store = sqlite(process.argv[2])
await store.open()
await store.keep({ ledger: '0123456789abcdef01234567' })
for (let position = 1; ; position++) {
  const stamp = { stamp: position, writer: 'aaaaaaaaaaaaaaaaaaaaaaaa', position }
  const fields = [{ name: 'text', value: `text ${position}`, ...stamp }]
  await store.keep({
    rows: [{ name: 'Note', id: `n${position}`, position, life: { birth: stamp }, fields }],
    position,
    clock: position,
  })
  process.stdout.write(`${position}\n`)
}
