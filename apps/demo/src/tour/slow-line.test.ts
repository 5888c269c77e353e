import type { Connection, Receiver, Transport } from '@syncro/protocol'
import { connectionPair } from '@syncro/protocol/testing'
import { expect, test } from 'vitest'
import { SlowLine } from './slow-line.js'

test('a line that is held lets nothing through, and everything in its order once it is released', async () => {
  const pair = connectionPair()
  const there: number[] = []
  const back: number[] = []
  let closed = 0
  pair.b.attach(recorder(there, () => {}))
  const transport: Transport = {
    label: 'pair',
    async open(attach) {
      pair.a.attach(attach(pair.a))
    },
  }
  const line = new SlowLine(transport)
  let connection: Connection | undefined
  await line.open((opened) => {
    connection = opened
    return recorder(back, () => closed++)
  })
  line.hold()
  connection?.write(Uint8Array.of(1))
  connection?.write(Uint8Array.of(2))
  pair.b.write(Uint8Array.of(3))
  pair.flush()
  connection?.close?.()
  expect([there, back, closed]).toEqual([[], [], 0])
  line.release()
  pair.flush()
  expect([there, back, closed]).toEqual([[1, 2], [3], 1])
})

function recorder(kept: number[], close: () => void): Receiver {
  return { receive: (bytes) => void kept.push(...bytes), close }
}
