/**
 * Syncro by hand: no transport package, only Node's own sockets and four calls: `connect`, `accept`, `receive`, `disconnect`.
 *
 * A server and two clients live in this one process, each a Syncro of its own, and speak to each other over TCP.
 * Run it with `pnpm --filter @syncro/demo by-hand`.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { Syncro } from '@syncro/core'
import type { Collection } from '@syncro/model'
import { Todo } from './todo.js'

const server = new Syncro({ uid: 'server', models: [Todo] })
const alice = new Syncro({ uid: 'alice', models: [Todo] })
const bob = new Syncro({ uid: 'bob', models: [Todo] })

// The accepting side is told by the hello who has come. Its session takes what the socket reads, and writes to the socket by itself.
const listener = net.createServer((socket) => {
  const session = server.accept(socket)
  socket.on('data', (bytes) => session.receive(bytes))
  socket.on('close', () => session.close())
  socket.on('error', complain)
})

// The connecting side says whom it expects, and hands over what the socket reads under that name.
function join(client: Syncro): net.Socket {
  const socket = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
  socket.on('connect', () => client.connect('server', socket))
  socket.on('data', (bytes) => client.receive('server', bytes, socket))
  socket.on('close', () => client.disconnect('server', socket))
  socket.on('error', complain)
  return socket
}

listener.listen(0, '127.0.0.1')
await once(listener, 'listening')
const sockets = [join(alice), join(bob)]

// The class has three Syncros in this process, so each collection is asked for by its Syncro. With one, `Todo.create()` is enough.
const [atServer, atAlice, atBob] = [server, alice, bob].map((syncro) => syncro.collection(Todo)) as Todos

const milk = atAlice.create({ title: 'Buy milk' })
const { title } = await seen(atBob, 'created')
console.log(`alice created "Buy milk"; bob has "${title}"`)

atBob.find(milk.id)?.update({ done: true })
await seen(atAlice, 'changed')
console.log(`bob ticked it off; for alice it is ${milk.done ? 'done' : 'not done'}`)

const everywhere = [atServer, atAlice, atBob].map((todos) => todos.all().map((todo) => todo.toObject()))
assert.deepEqual(everywhere, [[milk.toObject()], [milk.toObject()], [milk.toObject()]])
console.log('server, alice and bob have the same')

for (const socket of sockets) socket.end()
listener.close()

type Todos = [Collection<Todo>, Collection<Todo>, Collection<Todo>]

/** The next to-do that another client created or changed. */
function seen(todos: Collection<Todo>, event: 'created' | 'changed'): Promise<Todo> {
  return new Promise((resolve) => todos.on(event, ({ record }) => resolve(record)))
}

function complain(error: Error): void {
  console.error(`A connection broke: ${error.message}`)
  process.exitCode = 1
}
