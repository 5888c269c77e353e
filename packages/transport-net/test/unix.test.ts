import { join } from 'node:path'
import { transportSuite } from '@syncro/protocol/conformance'
import { unix } from '@syncro/transport-net'
import { test } from 'vitest'
import { temporaryDirectory } from './support.js'

transportSuite(test, {
  name: 'unix',
  capabilities: { drain: true, pause: true },
  listener: () => unix({ path: join(temporaryDirectory(), 'a.sock') }),
  transport: (listening) => unix(listening.address),
})
