/** At rest: everybody is live, all hold the same, and what is stored is what is shown. */
import { newestStamp, Scriber, wallMsOf } from '@syncro/scriber'
import { SeededRandom } from '@syncro/scriber/testing'
import { endOf } from '../network/line.js'
import type { Life } from '../world/life.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'
import { stateOf } from './shown.js'

export class RestCheck implements Check {
  readonly name = 'rest'
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  atRest(): void {
    const problem = unrest(this.#world)
    if (problem !== undefined) throw new CheckFailed(this.name, problem)
    for (const { ready } of this.#world.machines) {
      this.#checkLiving(ready!)
      this.#checkStore(ready!)
    }
  }

  #checkLiving(life: Life): void {
    for (const table of life.syncro.scriber.ledger.tables()) {
      const living = [...table.livingSlots()].length
      if (living !== table.living)
        throw new CheckFailed(this.name, `${life} counts ${table.living} living ${table.name}, and has ${living}`)
    }
  }

  /** A ledger opened from a copy of the store equals the one that is kept there. */
  #checkStore(life: Life): void {
    const { disk } = life
    if (disk === undefined) return
    const scriber = new Scriber({
      now: life.machine.clock.now,
      random: new SeededRandom(1).bytes,
      store: disk.contentCopy(),
    })
    const difference = firstDifference(stateOf(scriber), stateOf(life.syncro.scriber))
    if (difference !== undefined) throw new CheckFailed(this.name, `the store of ${life} differs in ${difference}`)
  }
}

/** Why the world is not at rest; undefined if it is. The cheap reasons first. */
export function unrest(world: World): string | undefined {
  const lives: Life[] = []
  for (const { ready, plan } of world.machines) {
    if (ready === undefined) return `machine ${plan.number} is not up`
    lives.push(ready)
  }
  const of = { living: world.plan.trimming !== undefined }
  return (
    first(lives, notLive) ??
    underWay(world) ??
    (waitMs(world) > 0 ? 'something is stamped ahead of the time somewhere' : undefined) ??
    first(lives, (life) => (life.syncro.unsent().length > 0 ? `${life} has something unsent` : undefined)) ??
    first(lives, (life) => {
      const difference = firstDifference(stateOf(lives[0]!.syncro.scriber, of), stateOf(life.syncro.scriber, of))
      return difference === undefined ? undefined : `${lives[0]} and ${life} differ in ${difference}`
    })
  )
}

/** How long it takes until everybody takes the newest stamp there is: what was acknowledged under a wrong time waits for its own. */
export function waitMs({ machines }: World): number {
  const lives = machines.flatMap(({ ready }) => (ready === undefined ? [] : [ready.syncro]))
  const newestMs = wallMsOf(Math.max(0, ...lives.map(({ scriber }) => newestIn(scriber))))
  return Math.max(0, ...lives.map((syncro) => newestMs - syncro.now() - syncro.limits.guardMs))
}

function newestIn({ ledger }: Scriber): number {
  let newest = 0
  for (const table of ledger.tables())
    for (let slot = 0; slot < table.end; slot++)
      if (table.id(slot) !== undefined) newest = Math.max(newest, newestStamp(table, slot))
  return newest
}

function notLive(life: Life): string | undefined {
  const { syncro, links, store } = life
  for (const link of links)
    if (link.session?.state !== 'live') return `${life}’s link to ${link.label} is ${link.session?.state ?? link.state}`
  for (const session of syncro.sessions) {
    if (session.state !== 'live') return `${life}’s session with ${session.uid} is ${session.state}`
    if (endOf(session.connection)?.line.isOpen !== true) return `${life}’s session with ${session.uid} has nobody there`
  }
  const { last } = syncro.scriber.ledger.order
  for (const { replica, uid } of syncro.sessions)
    if ((replica?.ack?.position ?? 0) < last) return `${uid} has not acknowledged all of ${life}`
  if (syncro.status !== 'live') return `${life} is ${syncro.status}`
  return store !== undefined && store.underWay > 0 ? `the store of ${life} is at work` : undefined
}

function underWay({ network }: World): string | undefined {
  for (const { from, to, dialled, accepted } of network.lines)
    if (dialled.out.underWay + accepted.out.underWay > 0) return `something is under way between ${from} and ${to}`
  return undefined
}

function first(lives: readonly Life[], problem: (life: Life) => string | undefined): string | undefined {
  for (const life of lives) {
    const found = problem(life)
    if (found !== undefined) return found
  }
  return undefined
}

function firstDifference(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string | undefined {
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [here, there] = [left.get(key), right.get(key)]
    if (here !== there) return `${key.replace('\n', ' ')}: ${flat(here)} / ${flat(there)}`
  }
  return undefined
}

function flat(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.replaceAll('\n', ', ')
}
