import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { openSocket } from './open-socket.js'

test('a socket that TCP has connected to itself counts as refused', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const opened = openSocket(
    { address: 'tcp://itself', options: {}, connect: () => connect({ host: '127.0.0.1', port, localPort: port }) },
    () => {
      throw new Error('attached')
    },
    undefined,
  )
  await expect(opened).rejects.toMatchObject({ code: 'SYNCRO_CONNECTION_REFUSED', address: 'tcp://itself' })
})
