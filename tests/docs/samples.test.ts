import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readSamples, type Sample } from '../../scripts/lib/samples.mjs'
import { root } from '../../scripts/lib/setup.mjs'

// Samples tagged `ts run` do what their page says: what they print is the block tagged `text output` after them.
// They run against the sources, in this process, and may go on printing after their last line has run.
const samples = readSamples(root).filter(({ runs }) => runs)

test('the front page has a sample that runs and says what it prints', () => {
  expect(samples.filter(({ file, output }) => file === 'README.md' && output !== undefined)).not.toEqual([])
})

for (const sample of samples) {
  test(`${sample.file}:${sample.line} prints what the page says`, async () => {
    const printed = await runSample(sample)
    await expect.poll(() => printed.join('\n'), { timeout: 10_000 }).toBe((sample.output ?? '').trimEnd())
  })
}

/** Runs a sample and returns the lines that it prints; they grow while it goes on. */
async function runSample({ name, extension, code }: Sample): Promise<readonly string[]> {
  // Inside the project: the packages' names are resolved from where the file is.
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, `${name}.${extension}`)
  writeFileSync(file, code)

  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
    lines.push(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' '))
  })
  onTestFinished(() => log.mockRestore())
  await import(/* @vite-ignore */ pathToFileURL(file).href)
  return lines
}
