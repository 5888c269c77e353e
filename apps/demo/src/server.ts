/** `pnpm demo:server`: the client that the others of the shared list dial. */

import { Syncro } from '@syncro/core'
import { tcp } from '@syncro/transport-net'
import { Item } from './list/item.js'
import { readOptions } from './list/options.js'
import { Hosting } from './list/presence.js'
import { runProgram } from './list/program.js'
import { SharedList } from './list/shared-list.js'
import { Shell } from './list/shell.js'

await runProgram(async () => {
  const { name, host, port } = readOptions(process.argv.slice(2), process.env, 'server')
  const syncro = new Syncro({ uid: name, models: [Item] })
  const listening = await syncro.listen(tcp({ host, port }))
  return new Shell(syncro, new SharedList(syncro), new Hosting(syncro, listening))
})
