/** Power cuts, in a process with mounts of its own: they are gone with it, however it ends. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CrashFailure, Figures, type Run } from './kind.js'
import { after, inFolder } from './running.js'

const program = fileURLToPath(new URL('../dist/cuts-process.js', import.meta.url))

/** What the process says, a line of JSON each. */
export type CutSaid =
  | { readonly figure: string; readonly count: number }
  | { readonly cut: true }
  | { readonly failed: string; readonly case: number }

/** Why power cannot be cut here; undefined where it can. */
export async function whyNoCuts(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'power is cut on Linux only'
  if (spawnSync('python3', ['-c', 'import fcntl']).status !== 0) return 'there is no python3, which makes the ioctl'
  if (spawnSync('mkfs.ext4', ['-V']).status !== 0) return 'there is no mkfs.ext4'
  const mounts = 'truncate -s 8M image && mkfs.ext4 -q -F image && mkdir on && mount -o loop image on && umount on'
  return inFolder(async (cwd) => {
    const { status } = spawnSync('unshare', ['-m', 'sh', '-c', mounts], { cwd })
    return status === 0 ? undefined : 'mounting is refused'
  })
}

export async function runCuts({ seed, count, only, crashed }: Run): Promise<Figures> {
  const figures = new Figures()
  await inFolder(async (folder) => {
    const args = ['-m', process.execPath, program, JSON.stringify({ folder, seed, count, only })]
    // Its input ends with us, and it ends with its input.
    const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const release = after(() => child.kill('SIGKILL'))
    const problems: Error[] = []
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        const said = JSON.parse(line) as CutSaid
        if ('figure' in said) figures.add(said.figure, said.count)
        else if ('failed' in said) problems.push(new CrashFailure('cuts', seed, said.case, said.failed))
        else crashed?.()
      }
    })
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    release()
    if (problems.length > 0) throw problems[0]
    if (code !== 0) throw new Error(`the process that cuts power ended with ${code}`)
  })
  if (only === undefined && count >= 2 && figures.of(`lost by level os`) === 0)
    throw new Error('Level os has lost nothing in any power cut: the test is blind.')
  return figures
}
