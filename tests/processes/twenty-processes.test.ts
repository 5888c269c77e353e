/**
 * A server and 20 clients, each a process of its own, over real TCP: 5,000 random operations while clients leave and return at random, some of them
 * by being killed. In the end all hold the same. Runs: 1, or 20 with CI set; SYNCRO_RUNS says otherwise.
 */
import { SeededRandom } from '@syncro/scriber/testing'
import { expect, test } from 'vitest'
import { Child } from './child.js'

const runs = Number(process.env['SYNCRO_RUNS'] ?? (process.env['CI'] === undefined ? 1 : 20))
const clients = 20
const operations = 5000
const burst = 10
const ids = 400

interface Digests {
  readonly digests: Readonly<Record<string, string>>
}

/** A process with one client. */
class Member {
  readonly uid: string
  readonly child: Child
  online = false

  private constructor(uid: string) {
    this.uid = uid
    this.child = new Child(uid)
  }

  static async started(uid: string, seed: number): Promise<Member> {
    const member = new Member(uid)
    await member.child.ask({ type: 'start', clients: [{ uid, seed }] })
    return member
  }

  async join(port: number): Promise<void> {
    await this.child.ask({ type: 'dial', address: { port } })
    this.online = true
  }

  async leave(): Promise<void> {
    await this.child.ask({ type: 'leave' })
    this.online = false
  }
}

for (let run = 1; run <= runs; run++) {
  test(`twenty processes and a server end with the same data (run ${run})`, async () => {
    const random = new SeededRandom(run * 104_729)
    const draw = (below: number) => random.below(below)
    const start = (number: number) => Member.started(`client ${number}`, random.next())
    const [server, ...members] = await Promise.all([
      Member.started('server', run),
      ...Array.from({ length: clients }, (_, number) => start(number)),
    ])
    const { port } = await server.child.ask<{ port: number }>({ type: 'listen', address: { port: 0 } })
    await Promise.all(members.map((member) => member.join(port)))

    const seen = { operations: 0, left: 0, returned: 0, killed: 0 }
    while (seen.operations < operations) {
      const number = draw(members.length)
      const member = members[number]!
      const dice = draw(100)
      if (dice < 12 && member.online) {
        await member.leave()
        seen.left += 1
      } else if (dice < 24 && !member.online) {
        await member.join(port)
        seen.returned += 1
      } else if (dice === 24 && seen.killed < 5) {
        await member.child.kill()
        members[number] = await start(number)
        await members[number].join(port)
        seen.killed += 1
      } else {
        member.child.tell({ type: 'work', operations: burst, ids })
        seen.operations += burst
      }
    }
    await Promise.all(members.filter((member) => !member.online).map((member) => member.join(port)))
    await Promise.all(members.map(({ child }) => child.ask({ type: 'finish', label: 'end of' })))
    const all = [server, ...members]
    const digests = await Promise.all(
      all.map(async ({ child }) => {
        await child.ask({ type: 'sees', finishes: members.map(({ uid }) => `end of ${uid}`) })
        return child.ask<Digests>({ type: 'digest' })
      }),
    )
    const [expected] = Object.values(digests[0]!.digests)
    expect(Object.assign({}, ...digests.map(({ digests }) => digests))).toEqual(
      Object.fromEntries(all.map(({ uid }) => [uid, expected])),
    )
    const { rows } = await server.child.ask<{ rows: unknown[] }>({ type: 'rows' })
    expect(rows.length).toBeGreaterThan(clients + 20)
    expect(seen.operations).toBeGreaterThanOrEqual(operations)
    expect(seen.left).toBeGreaterThan(10)
    expect(seen.returned).toBeGreaterThan(5)

    await Promise.all(all.map(({ child }) => child.stop()))
  }, 120_000)
}
