// One process of the test: a client or the server, told over IPC what to do. Plain JavaScript, on the built packages: as a user runs them.
import { createHash } from 'node:crypto'
import process from 'node:process'
import { Syncro } from '@syncro/core'
import { Model, synced, t } from '@syncro/model'
import { SeededRandom } from '@syncro/scriber/testing'
import { tcp } from '@syncro/transport-net'

class Item extends Model {
  static {
    synced(this, {
      name: 'Item',
      fields: {
        title: t.string({ default: '' }),
        done: t.boolean({ default: false }),
        count: t.number({ default: 0 }),
        tags: t.json({ default: [] }),
      },
    })
  }
}

/** Written by a client that has done its work and knows that others have it. */
class Finish extends Model {
  static {
    synced(this, { name: 'Finish', fields: {} })
  }
}

const [role = '', uid = '', seed = '1'] = process.argv.slice(2)
const syncro = new Syncro({ uid, models: [Item, Finish], warn: () => undefined })
const random = new SeededRandom(Number(seed))
/** @param {number} below */
const draw = (below) => (below === 0 ? 0 : random.below(below))
let port = 0
/** @type {import('@syncro/core').Link | undefined} */
let link

/** @param {unknown} message */
const say = (message) => process.send?.(message)

/** What the test says; each command reads what its message has. @typedef {{ type: string, port: number, operations: number, members: readonly string[] }} Told */
/** @type {Record<string, (message: Told) => void>} */
const commands = {
  /** Goes online. */
  join(message) {
    port = message.port ?? port
    link = syncro.dial(tcp({ host: '127.0.0.1', port }), { uid: 'server' })
    link.ready.then(
      () => say({ type: 'joined' }),
      () => undefined,
    )
  },
  /** Goes offline, and works on. */
  leave() {
    link?.close()
    link = undefined
    say({ type: 'left' })
  },
  work({ operations }) {
    for (let n = 0; n < operations; n++) operate()
    say({ type: 'worked', operations })
  },
  /** Says when all that was done here has reached the server. */
  finish() {
    when(
      () => link?.session?.state === 'live' && syncro.unsent().length === 0,
      () => {
        if (!Finish.find(uid)) Finish.create({ id: uid })
        say({ type: 'finished' })
      },
    )
  },
  /** Says what is here, once everybody's end has come. */
  compare({ members }) {
    when(
      () => members.every((id) => Finish.find(id)) && (role === 'server' || link?.session?.state === 'live'),
      () => say({ type: 'compared', ...digest() }),
    )
  },
  stop() {
    syncro.close().then(() => process.disconnect())
  },
}

process.on('message', (/** @type {Told} */ message) => commands[message.type]?.(message))
// The test has gone: so does this.
process.on('disconnect', () => process.exit(0))

if (role === 'server') {
  const listening = await syncro.listen(tcp({ host: '127.0.0.1', port: 0 }))
  say({ type: 'ready', port: listening.port })
} else say({ type: 'ready' })

/** Waits for something that a step or a session brings about. @param {() => boolean} condition @param {() => void} then */
function when(condition, then) {
  if (condition()) return then()
  const offs = [syncro.on('changed', look), syncro.scriber.on('step', look)]
  let done = false
  function look() {
    // After the step has been told to everybody.
    queueMicrotask(() => {
      if (done || !condition()) return
      done = true
      for (const off of offs) off()
      then()
    })
  }
}

function operate() {
  const items = Item.all()
  const dice = draw(20)
  const item = items[draw(items.length)]
  if (item === undefined || dice < 4)
    Item.create({
      title: `${uid} ${draw(1000)}`,
      count: draw(10),
      ...(draw(3) === 0 ? { id: `shared ${draw(60)}` } : {}),
    })
  else if (dice < 9) item.title = `${uid} writes ${draw(10_000)}`
  else if (dice < 12) item.done = !item.done
  else if (dice < 15) item.count += 1
  else if (dice < 17) item.tags = [...item.tags.slice(-3), draw(100)]
  else if (dice < 18) {
    syncro.transact(() => {
      item.title = 'together'
      item.count = -1
      Item.create({ title: 'a pair' })
    })
  } else if (items.length > 20) item.destroy()
}

function digest() {
  const items = Item.all()
    .map((item) => JSON.stringify(item.toJSON(), Object.keys(item.toJSON()).sort()))
    .sort()
  return { digest: createHash('sha256').update(items.join('\n')).digest('hex'), records: items.length }
}
