/** Cuts the power of a file system on a loop file, again and again, and looks at what is left. Started by cuts.ts, with mounts of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { SeededRandom } from '@syncro/scriber/testing'
import { versionCount } from './classes.js'
import type { CutSaid } from './cuts.js'
import { type Run, randomOf } from './kind.js'
import { Place } from './place.js'
import { acknowledgedIn, WriterProcess } from './writer-process.js'

/** Cuts in a row of one file system. */
const cutsPerCase = 6
const imageBytes = 32 * 2 ** 20
/** Some cuts come before SQLite has emptied its log for the first time, some after. */
const mostAcknowledged = 400
const mostUnderWayUs = 3_000

/**
 * FS_IOC_SHUTDOWN, with FS_SHUTDOWN_FLAGS_NOLOGFLUSH: nothing that is in memory reaches the disk any more. Where it is told of a process group, that
 * goes on just before.
 */
const shutDown = `
import fcntl, json, os, signal, struct, sys, time
for line in sys.stdin:
    cut = json.loads(line)
    on = os.open(cut['on'], os.O_RDONLY)
    if 'group' in cut:
        try:
            os.killpg(cut['group'], signal.SIGCONT)
            time.sleep(cut['microseconds'] / 1e6)
        except ProcessLookupError:
            pass # It had ended before it was stopped.
    fcntl.ioctl(on, 0x8004587D, struct.pack('I', 2))
    os.close(on)
    print('cut', flush=True)
`

/** Who goes on just before the power is cut, and for how long. */
interface GoingOn {
  readonly group: number
  readonly microseconds: number
}

function say(said: CutSaid): void {
  writeSync(1, `${JSON.stringify(said)}\n`)
}

class Disk {
  readonly #image: string
  readonly #on: string
  readonly #helper: ChildProcess

  constructor(folder: string, helper: ChildProcess) {
    this.#image = join(folder, 'image')
    this.#on = join(folder, 'on')
    this.#helper = helper
    mkdirSync(this.#on)
    execFileSync('truncate', ['-s', String(imageBytes), this.#image])
    execFileSync('mkfs.ext4', ['-q', '-F', this.#image])
  }

  mount(): void {
    execFileSync('mount', ['-o', 'loop', this.#image, this.#on])
  }

  unmount(): void {
    execFileSync('umount', [this.#on])
  }

  get folder(): string {
    return this.#on
  }

  async cut(goingOn?: GoingOn): Promise<void> {
    const done = once(this.#helper.stdout!, 'data')
    this.#helper.stdin!.write(`${JSON.stringify({ on: this.#on, ...goingOn })}\n`)
    await done
  }
}

/** When the power is cut: while the file is opened, after so many acknowledgements, or while it is closed. */
type Aim = 'opening' | 'open' | 'keeping' | 'closing'

interface Cut {
  readonly level: 'os' | 'disk'
  readonly aim: Aim
  /** Whether the writer goes on just before, so that calls are under way. */
  readonly underWay: boolean
  /** Whether another writer was killed before this one: what it has left is in the system's hands, and is the disk's once this one has opened it. */
  readonly afterKill: boolean
}

async function cutOnce(disk: Disk, place: Place, random: SeededRandom, cut: Cut): Promise<void> {
  const { level, aim, underWay, afterKill } = cut
  const version = random.below(versionCount)
  const { path, seed, recovered } = place
  if (afterKill) {
    const before = new WriterProcess({ path, level: 'os', seed, version, count: Number.MAX_SAFE_INTEGER, inFlight: 4 })
    await before.acknowledges(1 + random.below(40))
    before.kill()
    await before.ended
  }
  const count = aim === 'closing' ? 20 + random.below(40) : Number.MAX_SAFE_INTEGER
  const writer = new WriterProcess({ path, level, seed, version, count, inFlight: 1 + random.below(8) })
  if (aim === 'keeping') await writer.acknowledges(1 + random.below(mostAcknowledged))
  else await writer.heard(aim)
  if (aim !== 'keeping' && aim !== 'open') await new Promise((resolve) => setTimeout(resolve, random.below(15)))
  // From here on it acknowledges nothing, and none of its calls is under way: an fdatasync that is, while ext4 shuts down, can return as if all were
  // well although what it was to write is lost. (A loop of pwrite and fdatasync, without SQLite, was told so in 20 of 360 cuts.)
  await writer.stop()
  const opened = Number(writer.said.find((line) => line.startsWith('open '))?.split(' ')[1] ?? -1)
  const acknowledged = acknowledgedIn(writer.said).at(-1) ?? opened
  const before = writer.said.length
  await disk.cut(underWay ? { group: writer.group, microseconds: random.below(mostUnderWayUs) } : undefined)
  writer.kill()
  await writer.ended
  disk.unmount()
  disk.mount()
  const found = await place.check(level === 'disk' ? acknowledged : -1, version).catch((cause: unknown) => {
    const words = writer.said.slice(Math.max(0, before - 3), before).join('; ')
    const story = `level ${level}, ${aim}, ${recovered} there before, ${acknowledged} acknowledged; its last words: ${words}`
    throw new Error(story, { cause })
  })
  say({ figure: `cuts of level ${level}`, count: 1 })
  say({ figure: `while ${aim}`, count: 1 })
  if (afterKill) say({ figure: 'after a kill', count: 1 })
  if (underWay) say({ figure: 'with calls under way', count: 1 })
  say({ figure: `acknowledged by level ${level}`, count: Math.max(0, acknowledged - recovered) })
  say({ figure: 'recovered', count: found - recovered })
  if (acknowledged > found) {
    say({ figure: `lost by level ${level}`, count: acknowledged - found })
    say({ figure: `cuts in which level ${level} lost`, count: 1 })
  }
  say({ cut: true })
}

/** The first of each level comes while the writer keeps: level os cannot but lose something then. */
function drawn(random: SeededRandom, number: number, cut: number): Cut {
  const aim = random.pick(['opening', 'keeping', 'keeping', 'keeping', 'keeping', 'closing'] as const)
  const afterKill = random.chance(0.3)
  return {
    // Which of the two levels meets the new file differs from case to case.
    level: (cut + number) % 2 === 0 ? 'disk' : 'os',
    aim: cut < 2 ? 'keeping' : afterKill ? 'open' : aim,
    afterKill: cut >= 2 && afterKill,
    underWay: random.chance(0.3),
  }
}

async function main(): Promise<number> {
  const { folder, seed, count, only } = JSON.parse(process.argv[2]!) as Run & { readonly folder: string }
  const helper = spawn('python3', ['-c', shutDown], { stdio: ['pipe', 'pipe', 'inherit'] })
  // It has said why; nobody would answer who waits for a cut.
  helper.once('exit', () => process.exit(4))
  const cases = only === undefined ? Array.from({ length: Math.ceil(count / cutsPerCase) }, (_, at) => at) : [only]
  let cuts = 0
  for (const number of cases) {
    const random = randomOf('cuts', seed, number)
    const own = join(folder, String(number))
    mkdirSync(own)
    const disk = new Disk(own, helper)
    disk.mount()
    try {
      const place = new Place(disk.folder, random.next())
      for (let cut = 0; cut < cutsPerCase && (only !== undefined || cuts < count); cut++, cuts++)
        await cutOnce(disk, place, random, drawn(random, number, cut))
    } catch (error) {
      say({ failed: inspect(error), case: number })
      return 1
    } finally {
      disk.unmount()
    }
  }
  helper.stdin.end()
  return 0
}

process.stdin.resume().on('end', () => process.exit(3))
process.exit(await main())
