import { transportSuite } from '@syncro/protocol/conformance'
import { tcp } from '@syncro/transport-net'
import { test } from 'vitest'

transportSuite(test, {
  name: 'tcp',
  capabilities: { drain: true, pause: true },
  listener: () => tcp({ port: 0 }),
  transport: (listening) => tcp({ port: listening.port! }),
})
