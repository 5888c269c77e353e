import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { newPath, reread } from './places.js'

test('a process that was killed leaves no lock, and all that it had kept', async () => {
  const path = newPath()
  const program = fileURLToPath(new URL('./keeping-process.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.split('\n').length > 50) child.kill('SIGKILL')
  })
  await once(child, 'close')
  const acknowledged = said
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
  expect(acknowledged.length).toBeGreaterThanOrEqual(50)
  const { rows: found, image } = await reread(path, { classes: [] })
  expect(found.length).toBeGreaterThanOrEqual(Math.max(...acknowledged))
  expect(found.map(({ position }) => position)).toEqual(found.map((_, at) => at + 1))
  expect(image!.clock).toBe(found.length)
})
