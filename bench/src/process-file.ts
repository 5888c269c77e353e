/** Where the processes are that a program starts: beside this file. */
import { fileURLToPath } from 'node:url'

export function processFile(name: 'measure' | 'host-process' | 'cold-start-process'): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url))
}
