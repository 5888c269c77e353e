// The TypeScript samples of the documentation compile against the built packages, as a user's code would.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSamples } from './lib/samples.mjs'
import { bin, root as project } from './lib/setup.mjs'
import { finish } from './lib/verdict.mjs'

/** Fragments are promises that nobody checks, so there may be few. */
const MAX_FRAGMENTS = 10

const OPTIONS = {
  composite: false,
  incremental: false,
  declaration: false,
  declarationMap: false,
  sourceMap: false,
  noEmit: true,
}
/** A sample need not use everything that it shows. */
const LENIENT = { noUnusedLocals: false, noUnusedParameters: false }

/**
 * @param {string} root
 * @returns {string[]} the compiler's errors, at their places in the Markdown files
 */
export function checkSamples(root) {
  const samples = readSamples(root)
  const fragments = samples.filter(({ fragment }) => fragment)
  const problems =
    fragments.length > MAX_FRAGMENTS
      ? [`${fragments.length} samples are fragments; at most ${MAX_FRAGMENTS} may be`]
      : []
  const checked = samples.filter(({ fragment }) => !fragment)
  if (checked.length === 0) return problems

  // Inside the project, so that the samples find the packages in its node_modules.
  mkdirSync(join(project, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(project, '.cache', 'samples-'))
  try {
    for (const { name, extension, code } of checked) writeFileSync(join(folder, `${name}.${extension}`), code)
    const compilerOptions = { ...OPTIONS, ...LENIENT, types: ['node'], jsx: 'react-jsx' }
    const config = { extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts', '*.tsx'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { status, stdout, stderr } = spawnSync(bin('tsc'), ['-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (status === 0) return problems
    const output = `${stdout ?? ''}${stderr ?? ''}`.trim()
    return [...problems, ...(output === '' ? [`tsc ended with status ${status}`] : translate(output, checked))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Puts the Markdown file's name and line in front of each error. @param {string} output @param {import('./lib/samples.mjs').Sample[]} samples */
function translate(output, samples) {
  return output.split('\n').map((text) => {
    const match = /^(?:.*\/)?([\w-]+)\.tsx?\((\d+),\d+\): (.*)$/.exec(text)
    const sample = samples.find(({ name }) => name === match?.[1])
    if (match === null || sample === undefined) return text
    return `${sample.file}:${sample.lines[Number(match[2]) - 1] ?? sample.line} ${match[3]}`
  })
}

finish(import.meta.url, checkSamples)
