#!/usr/bin/env node
// Prints what one side of a session has sent, a message a line: `npx @syncro/protocol decode < bytes`.
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { CaptureReader } from '../dist/capture.js'

const usage = `Usage: npx @syncro/protocol decode [--from v1|json|binary] < bytes

Prints the messages of a capture of one side of a TCP connection, one a line, in JSON.
--from   what the capture begins with: a session's first byte (v1, the default), or a frame of
         version 2 in JSON or in the binary encoding, whose numbers must have been told in it`

/** @returns {'v1' | 'json' | 'binary'} */
function start() {
  const { values, positionals } = parseArgs({ options: { from: { type: 'string' } }, allowPositionals: true })
  const from = values.from ?? 'v1'
  if (positionals.length !== 1 || positionals[0] !== 'decode') throw new Error('the one thing to do is "decode"')
  if (from !== 'v1' && from !== 'json' && from !== 'binary') throw new Error(`no capture begins with "${from}"`)
  return from
}

async function decode() {
  const capture = new CaptureReader(start())
  for await (const bytes of process.stdin) {
    capture.push(bytes)
    for (const line of capture.lines()) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
  }
  capture.end()
}

try {
  await decode()
} catch (error) {
  const { code, message } = /** @type {Error & { code?: string }} */ (error)
  console.error(code?.startsWith('SYNCRO_') ? `${code}: ${message}` : `${message}\n\n${usage}`)
  process.exitCode = 1
}
