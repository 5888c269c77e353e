/** What the two programs are told on their command lines and by their environment. */

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface Options {
  readonly name: string
  readonly host: string
  readonly port: number
  /** The folder of the data; undefined for a client that keeps nothing. */
  readonly data: string | undefined
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 10_000
const DEFAULT_DATA = 'demo-data'
/** Instead of a folder. */
const NO_DATA = 'none'

/** Something that was typed cannot be meant so. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
}

/** Reads `[name] [--port N] [--host H] [--data FOLDER]`; SYNCRO_PORT, SYNCRO_HOST and SYNCRO_DATA stand in for what is not typed. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv, fixedName?: string): Options {
  const { values, positionals } = parse(args)
  const [name = fixedName, ...others] = positionals
  if (name === undefined) throw new UsageProblem('Who are you? For instance: pnpm demo:client alice')
  if (others.length > 0 || (fixedName !== undefined && positionals.length > 0)) {
    throw new UsageProblem(`Too many words: ${positionals.join(' ')}`)
  }
  const port = values.port ?? env.SYNCRO_PORT ?? String(DEFAULT_PORT)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageProblem(`"${port}" is no port: take 1 to 65535`)
  const data = values.data ?? env.SYNCRO_DATA ?? DEFAULT_DATA
  if (data === '') throw new UsageProblem(`--data takes a folder, or "${NO_DATA}" to keep nothing`)
  return {
    name,
    host: values.host ?? env.SYNCRO_HOST ?? DEFAULT_HOST,
    port: Number(port),
    // Package managers start a script in the folder of its package, and leave word where the user was.
    data: data === NO_DATA ? undefined : resolve(env.INIT_CWD ?? '.', data),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { port: { type: 'string', short: 'p' }, host: { type: 'string' }, data: { type: 'string' } },
    })
  } catch (error) {
    throw new UsageProblem(error instanceof Error ? error.message : String(error))
  }
}
