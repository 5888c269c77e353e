/** `pnpm demo:client alice`: one client of the shared list. */

import { Syncro } from '@syncro/core'
import { tcp } from '@syncro/transport-net'
import { Item } from './list/item.js'
import { readOptions } from './list/options.js'
import { Dialling } from './list/presence.js'
import { runProgram } from './list/program.js'
import { SharedList } from './list/shared-list.js'
import { Shell } from './list/shell.js'

await runProgram(async () => {
  const { name, host, port } = readOptions(process.argv.slice(2), process.env)
  const syncro = new Syncro({ uid: name, models: [Item] })
  const list = new SharedList(syncro)
  const presence = new Dialling(syncro, tcp({ host, port }), () => list.events.emit('change'))
  return new Shell(syncro, list, presence)
})
