/** The plain face, for pipes and scripts: lines in, lines out. */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Shell } from './shell.js'

export interface Streams {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * Runs until the user quits or `goodbye` aborts. At the end of the input a client waits until the others have everything and ends; a server
 * stays for them.
 */
export async function runPlain(shell: Shell, { input, output }: Streams, goodbye: AbortSignal): Promise<void> {
  const print = (text: string) => output.write(`${text}\n`)
  const showStatus = newStatusesOnly(shell, print)
  shell.events.on('change', showStatus)
  shell.events.on('news', (text) => print(`* ${text}`))
  print(`This is the shared list; you are ${shell.name}. "help" says what can be typed.`)
  showStatus()
  await Promise.race([follow(shell, input, print), once(goodbye, 'abort')])
  shell.events.off('change', showStatus)
  for (const text of await shell.close()) print(text)
}

function newStatusesOnly(shell: Shell, print: (text: string) => void): () => void {
  let shown = ''
  return () => {
    const { text } = shell.status
    if (text !== shown) print(`* ${text}`)
    shown = text
  }
}

async function follow(shell: Shell, input: NodeJS.ReadableStream, print: (text: string) => void): Promise<void> {
  const lines = createInterface({ input })
  let quit = false
  const hasQuit = once(shell.events, 'quit').then(() => {
    quit = true
    lines.close()
  })
  lines.on('line', (line) => {
    if (!quit) for (const text of shell.run(line)) print(text)
  })
  await once(lines, 'close')
  if (quit) return
  await (shell.outlivesInput ? hasQuit : shell.settle())
}
