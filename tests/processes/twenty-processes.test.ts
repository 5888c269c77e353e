/**
 * A server and 20 clients, each a process of its own, over real TCP: 5,000 random operations while clients leave and return at random, some of them
 * by being killed. In the end all hold the same. Runs: 1, or 20 with CI set; SYNCRO_RUNS says otherwise.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { SeededRandom } from '@syncro/scriber/testing'
import { afterEach, expect, test } from 'vitest'

const file = fileURLToPath(new URL('./member.mjs', import.meta.url))
const runs = Number(process.env['SYNCRO_RUNS'] ?? (process.env['CI'] === undefined ? 1 : 20))
const clients = 20
const operations = 5000
const burst = 10

type Message = { readonly type: string } & { readonly [key: string]: unknown }

class Member {
  static readonly all = new Set<Member>()
  readonly uid: string
  readonly process: ChildProcess
  online = false
  readonly #said: Message[] = []
  #waiting:
    | { readonly type: string; readonly resolve: (message: Message) => void; readonly reject: (error: Error) => void }
    | undefined
  #ended: Error | undefined

  constructor(role: 'server' | 'client', uid: string, seed: number) {
    this.uid = uid
    this.process = fork(file, [role, uid, String(seed)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.process.on('message', (message: Message) => {
      this.#said.push(message)
      this.#look()
    })
    this.process.on('exit', (code, signal) => {
      Member.all.delete(this)
      this.#ended = new Error(`${uid} ended with ${signal ?? code}`)
      this.#waiting?.reject(this.#ended)
    })
    Member.all.add(this)
  }

  tell(message: Message): void {
    this.process.send(message)
  }

  /** The next message of a type; those before it are dropped. */
  heard(type: string): Promise<Message> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      this.#waiting = { type, resolve, reject }
      this.#look()
    })
  }

  async ask(message: Message, answer: string): Promise<Message> {
    const heard = this.heard(answer)
    this.tell(message)
    return heard
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGKILL')
    await ended
  }

  #look(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    for (let message = this.#said.shift(); message !== undefined; message = this.#said.shift()) {
      if (message.type !== waiting.type) continue
      this.#waiting = undefined
      waiting.resolve(message)
      return
    }
  }
}

afterEach(async () => {
  await Promise.all([...Member.all].map((member) => member.kill()))
})

for (let run = 1; run <= runs; run++) {
  test(`twenty processes and a server end with the same data (run ${run})`, async () => {
    const random = new SeededRandom(run * 104_729)
    const draw = (below: number) => random.below(below)
    const server = new Member('server', 'server', run)
    const port = (await server.heard('ready'))['port']
    const start = (number: number) =>
      new Member('client', `client ${number}`, run * 1000 + number + draw(1_000_000) * 1000)
    const members = Array.from({ length: clients }, (_, number) => start(number))
    await Promise.all(members.map((member) => member.heard('ready')))
    const join = async (member: Member) => {
      await member.ask({ type: 'join', port }, 'joined')
      member.online = true
    }
    await Promise.all(members.map(join))

    const seen = { operations: 0, left: 0, returned: 0, killed: 0 }
    while (seen.operations < operations) {
      const number = draw(members.length)
      const member = members[number]!
      const dice = draw(100)
      if (dice < 12 && member.online) {
        await member.ask({ type: 'leave' }, 'left')
        member.online = false
        seen.left += 1
      } else if (dice < 24 && !member.online) {
        await join(member)
        seen.returned += 1
      } else if (dice === 24 && seen.killed < 5) {
        await member.kill()
        members[number] = start(number)
        await members[number].heard('ready')
        await join(members[number])
        seen.killed += 1
      } else {
        member.tell({ type: 'work', operations: burst })
        seen.operations += burst
      }
    }
    await Promise.all(members.filter((member) => !member.online).map(join))
    await Promise.all(members.map((member) => member.ask({ type: 'finish' }, 'finished')))
    const all = [server, ...members]
    const compared = await Promise.all(
      all.map((member) => member.ask({ type: 'compare', members: members.map(({ uid }) => uid) }, 'compared')),
    )
    const digests = Object.fromEntries(compared.map(({ digest }, at) => [all[at]!.uid, digest]))
    expect(digests).toEqual(Object.fromEntries(all.map(({ uid }) => [uid, digests['server']])))
    expect(compared[0]!['records']).toBeGreaterThan(20)
    expect(seen.operations).toBeGreaterThanOrEqual(operations)
    expect(seen.left).toBeGreaterThan(10)
    expect(seen.returned).toBeGreaterThan(5)

    for (const member of all) member.tell({ type: 'stop' })
    await Promise.all(
      all.map(
        (member) =>
          new Promise((resolve) =>
            member.process.exitCode === null ? member.process.once('exit', resolve) : resolve(0),
          ),
      ),
    )
  }, 120_000)
}
