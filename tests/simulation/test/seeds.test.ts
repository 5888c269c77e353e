import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Whoever waits for it waits less. */
const seeds = process.env['CI'] === 'true' ? 2_000 : 200

const mostMs = 20 * 60_000

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** Runs `pnpm sim`, and gives back all that it said. */
async function sim(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = () => child.kill()
  process.once('exit', end)
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  process.off('exit', end)
  return { code, said }
}

test(
  `nothing that is promised is broken in ${seeds} simulated worlds`,
  async () => {
    const { code, said } = await sim('--seeds', String(seeds))
    const lines = said.trimEnd().split('\n')
    const wrong = lines.filter((line) => line.startsWith('✗') || line.trimStart().startsWith('pnpm sim'))
    expect([code, ...wrong]).toEqual([0])
    console.log(lines.at(-1))
  },
  mostMs,
)

test('a seed says the same again, and is traced event by event', async () => {
  const [first, second] = [await sim('--seed', '7', '--trace'), await sim('--seed', '7', '--trace')]
  expect(first.code).toBe(0)
  expect(second.said).toBe(first.said)
  expect(first.said.split('\n').length).toBeGreaterThan(100)
})
