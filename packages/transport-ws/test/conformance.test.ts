import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Listener, Listening } from '@syncro/protocol'
import { transportSuite } from '@syncro/protocol/conformance'
import { type WebSocketClass, webSocket } from '@syncro/transport-ws/client'
import { webSocketServer } from '@syncro/transport-ws/server'
import { onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { PlainWebSocket } from './support.js'

/** A path of an http server that goes on when the listener has stopped. */
const attached: Listener = {
  label: 'a path of an http server',
  async listen(accept) {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return webSocketServer({ server, path: '/sync' }).listen(accept)
  },
}

transportSuite(test, {
  name: 'ws at a port of its own',
  capabilities: { borders: true, drain: true, pause: true },
  listener: () => webSocketServer({ port: 0 }),
  transport: ({ address }: Listening) => webSocket({ url: address, WebSocket }),
})

transportSuite(test, {
  name: 'ws at a path of an http server',
  capabilities: { borders: true, drain: true, pause: true },
  listener: () => attached,
  transport: ({ address }: Listening) => webSocket({ url: address, WebSocket }),
})

transportSuite(test, {
  name: "a WebSocket that can do no more than a browser's",
  capabilities: { borders: true, drain: true },
  listener: () => webSocketServer({ port: 0 }),
  transport: ({ address }: Listening) => webSocket({ url: address, WebSocket: PlainWebSocket }),
})

const platform = (globalThis as { WebSocket?: WebSocketClass }).WebSocket

if (platform !== undefined)
  transportSuite(test, {
    name: "the platform's WebSocket",
    capabilities: { borders: true, drain: true },
    listener: () => webSocketServer({ port: 0 }),
    transport: ({ address }: Listening) => webSocket({ url: address, WebSocket: platform }),
  })
