// A client that records much, closes, and ends its process the moment that close() has resolved.
import process from 'node:process'
import { Syncro } from '@syncro/core'
import { tcp } from '@syncro/transport-net'
import { Finish, Item, itemsOf } from '../processes/items.mjs'

const [port = 0, count = 0, patienceMs = 0] = process.argv.slice(2).map(Number)
const limits = { closeMs: patienceMs }
const syncro = new Syncro({ uid: 'client', models: [Item, Finish], limits })
await syncro.dial(tcp({ port, closeTimeoutMs: patienceMs }), { uid: 'server' }).ready
const items = itemsOf(syncro)
for (let n = 0; n < count; n++) items.create({ id: `item ${n}`, title: `recorded as number ${n}` })
await syncro.close()
process.exit(0)
