// Shows that the tests can see: plants each fault of tests/mutants/planted.mjs in a copy of the project, and runs the suites that claim it.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants, cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { planted } from '../tests/mutants/planted.mjs'
import { endWithUs, isEnding, run } from './lib/processes.mjs'
import { bold, dim, green, red, seconds } from './lib/progress.mjs'
import { root } from './lib/setup.mjs'

/** @typedef {import('../tests/mutants/planted.mjs').Planted} Planted */
/** @typedef {'caught' | 'hangs' | 'survives' | 'does not apply'} Outcome */

/** A fault that makes a suite run for ever is seen as well, after this long. */
const PATIENCE_MS = 600_000
const AT_ONCE = Math.max(1, Math.min(4, cpus().length))

/** Every file that git knows or would, with the installed packages linked in. @param {string} folder */
function copyProject(folder) {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' })
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  const homes = execFileSync('git', ['ls-files', '*package.json'], { cwd: root, encoding: 'utf8' })
  for (const home of homes.trim().split('\n').map(dirname)) {
    const modules = join(root, home, 'node_modules')
    if (existsSync(modules)) symlinkSync(modules, join(folder, home, 'node_modules'), 'dir')
  }
}

/** Runs test files in a copy, up to the first failure. @param {string} folder @param {readonly string[]} files */
async function suites(folder, files) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const env = { ...process.env, CI: '', SYNCRO_SEEDS: '40', SYNCRO_SIM_SEEDS: '150' }
  delete (/** @type {NodeJS.ProcessEnv} */ (env).CI)
  return run(process.execPath, [vitest, 'run', '--bail', '1', '--maxWorkers', '1', ...files], {
    cwd: folder,
    env,
    output: 'keep',
    timeoutMs: PATIENCE_MS,
  })
}

/** @param {string} folder @param {Planted} fault @returns {Promise<Outcome>} */
async function plant(folder, { file, find, put, claims }) {
  const path = join(folder, file)
  const sound = readFileSync(path, 'utf8')
  if (sound.split(find).length !== 2) return 'does not apply'
  writeFileSync(
    path,
    sound.replace(find, () => put),
  )
  try {
    for (const claim of claims) {
      const { code } = await suites(folder, [claim])
      if (code === 128 + constants.signals.SIGKILL) return 'hangs'
      if (code !== 0) return 'caught'
    }
    return 'survives'
  } finally {
    writeFileSync(path, sound)
  }
}

async function main() {
  const wanted = process.argv.slice(2)
  const faults = planted.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  const began = performance.now()
  const folders = Array.from({ length: Math.min(AT_ONCE, faults.length) }, () =>
    mkdtempSync(join(tmpdir(), 'syncro-mutants-')),
  )
  try {
    for (const folder of folders) copyProject(folder)
    const files = [...new Set(faults.flatMap(({ claims }) => claims))]
    const sound = await suites(/** @type {string} */ (folders[0]), files)
    if (sound.code !== 0) {
      console.error(`${red('✗')} Without any fault the suites fail already:\n${sound.output}`)
      return 1
    }
    /** @type {Map<Planted, Outcome>} */
    const outcomes = new Map()
    const queue = [...faults]
    const worker = async (/** @type {string} */ folder) => {
      for (let fault = queue.shift(); fault !== undefined && !isEnding(); fault = queue.shift()) {
        const start = performance.now()
        const outcome = await plant(folder, fault)
        outcomes.set(fault, outcome)
        const good = outcome === 'caught' || outcome === 'hangs'
        console.log(`${good ? green('✓') : red('✗')} ${outcome}: ${fault.name} ${dim(`(${seconds(start)})`)}`)
      }
    }
    await Promise.all(folders.map(worker))
    const seen = [...outcomes.values()].filter((outcome) => outcome === 'caught' || outcome === 'hangs').length
    const mark = seen === faults.length ? green('✓') : red('✗')
    console.log(`${mark} ${bold(`${seen} of ${faults.length} planted faults are seen`)} in ${seconds(began)}`)
    return seen === faults.length && faults.length > 0 ? 0 : 1
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
}

endWithUs()
process.exit(await main())
