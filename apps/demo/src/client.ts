/** `pnpm demo:client alice`: one client of the shared list. */

import { tcp } from '@syncro/transport-net'
import { openSyncro } from './list/opening.js'
import { readOptions } from './list/options.js'
import { Dialling } from './list/presence.js'
import { runProgram } from './list/program.js'
import { SharedList } from './list/shared-list.js'
import { Shell } from './list/shell.js'

await runProgram(async () => {
  const options = readOptions(process.argv.slice(2), process.env)
  const syncro = await openSyncro(options)
  const list = new SharedList(syncro)
  const presence = new Dialling(syncro, tcp({ host: options.host, port: options.port }), () =>
    list.events.emit('change'),
  )
  return new Shell(syncro, list, presence, options.data)
})
