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

/** FS_IOC_SHUTDOWN, with FS_SHUTDOWN_FLAGS_NOLOGFLUSH: nothing that is in memory reaches the disk any more. */
const shutDown = `
import fcntl, os, struct, sys
for line in sys.stdin:
    on = os.open(line.rstrip('\\n'), os.O_RDONLY)
    fcntl.ioctl(on, 0x8004587D, struct.pack('I', 2))
    os.close(on)
    print('cut', flush=True)
`

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

  async cut(): Promise<void> {
    const done = once(this.#helper.stdout!, 'data')
    this.#helper.stdin!.write(`${this.#on}\n`)
    await done
  }
}

async function cutOnce(disk: Disk, place: Place, random: SeededRandom, level: 'os' | 'disk'): Promise<void> {
  const version = random.below(versionCount)
  const { path, seed, recovered } = place
  const aim = random.pick(['opening', 'open', 'open', 'open', 'open', 'closing'])
  const count = aim === 'closing' ? 20 + random.below(40) : Number.MAX_SAFE_INTEGER
  const writer = new WriterProcess({
    path,
    level,
    seed,
    version,
    count,
    inFlight: 1 + random.below(8),
  })
  await writer.heard(aim)
  await new Promise((resolve) => setTimeout(resolve, aim === 'open' ? 20 + random.below(150) : random.below(15)))
  // What is said once the cut has begun no longer counts: no program runs on without power, and a sync that was under way when ext4 shut down can
  // return as if all were well, although what it was to write is lost.
  const before = [...writer.said]
  await disk.cut()
  writer.kill()
  await writer.ended
  disk.unmount()
  disk.mount()
  const acknowledged = acknowledgedIn(before).at(-1) ?? -1
  const afterwards = acknowledgedIn(writer.said).length - acknowledgedIn(before).length
  if (afterwards > 0) say({ figure: 'acknowledged after the cut had begun, and not counted', count: afterwards })
  const found = await place.check(level === 'disk' ? acknowledged : -1, version).catch((cause: unknown) => {
    const story = `level ${level}, ${recovered} there before, ${acknowledged} acknowledged; its last words: ${before.slice(-3).join('; ')}`
    throw new Error(story, { cause })
  })
  say({ figure: `cuts of level ${level}`, count: 1 })
  say({ figure: 'acknowledged', count: Math.max(0, acknowledged - recovered) })
  say({ figure: 'recovered', count: found - recovered })
  const last = acknowledgedIn(writer.said).at(-1) ?? -1
  if (level === 'disk' && last > found) say({ figure: 'of those lost by level disk', count: last - found })
  if (acknowledged > found) {
    say({ figure: `lost by level ${level}`, count: acknowledged - found })
    say({ figure: `cuts in which level ${level} lost`, count: 1 })
  }
  say({ cut: true })
}

async function main(): Promise<number> {
  const { folder, seed, count, only } = JSON.parse(process.argv[2]!) as Run & { readonly folder: string }
  const helper = spawn('python3', ['-c', shutDown], { stdio: ['pipe', 'pipe', 'inherit'] })
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
      // Which of the two levels meets the new file differs from case to case.
      for (let cut = 0; cut < cutsPerCase && (only !== undefined || cuts < count); cut++, cuts++)
        await cutOnce(disk, place, random, (cut + number) % 2 === 0 ? 'disk' : 'os')
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
