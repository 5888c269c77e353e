/** `pnpm demo:server`: the client that the others of the shared list dial. */

import { tcp } from '@syncro/transport-net'
import { openSyncro } from './list/opening.js'
import { readOptions } from './list/options.js'
import { Hosting } from './list/presence.js'
import { runProgram } from './list/program.js'
import { SharedList } from './list/shared-list.js'
import { Shell } from './list/shell.js'

await runProgram(async () => {
  const options = readOptions(process.argv.slice(2), process.env, 'server')
  const syncro = await openSyncro(options)
  const listening = await syncro.listen(tcp({ host: options.host, port: options.port }))
  return new Shell(syncro, new SharedList(syncro), new Hosting(syncro, listening), options.data)
})
