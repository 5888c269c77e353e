/** What the command line asks for. */
import { parseArgs } from 'node:util'
import { type KindName, kindNames } from './kind.js'

export interface Options {
  readonly seed: number
  readonly counts: Readonly<Record<KindName, number>>
  readonly only: readonly KindName[]
  readonly case?: number | undefined
}

export const usage = `Usage: pnpm crash [--kills n] [--calls n] [--cuts n] [--errors n] [--seed n] [--only kinds]

--kills n     kills at random moments (default 600)
--calls n     kills at system calls that write or sync, spread over all there are (default 300: at each)
--cuts n      power cuts, half of them of each level (default 60)
--errors n    calls that fail (default 200)
--seed n      another seed (default 1)
--only a,b    only these kinds: ${kindNames.join(', ')}
--case n      one case alone; with --only and one kind`

/** @throws Error for what nobody understands. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '600' },
      calls: { type: 'string', default: '300' },
      cuts: { type: 'string', default: '60' },
      errors: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: kindNames.join() },
      case: { type: 'string' },
    },
  })
  const only = values.only.split(',').map((name) => {
    const known = kindNames.find((kind) => kind === name)
    if (known === undefined) throw new Error(`--only takes ${kindNames.join(', ')}, not ${name}.`)
    return known
  })
  if (values.case !== undefined && only.length !== 1) throw new Error('--case needs --only with one kind.')
  const counts = Object.fromEntries(kindNames.map((name) => [name, whole(name, values[name])]))
  return {
    seed: whole('seed', values.seed),
    counts: counts as Record<KindName, number>,
    only,
    case: values.case === undefined ? undefined : whole('case', values.case),
  }
}

function whole(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number, not ${text}.`)
  return number
}
