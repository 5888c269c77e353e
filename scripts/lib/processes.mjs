// Starts programs so that none outlives us: each gets its own process group, which is ended with us.
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'

/** How long a program may take to end by itself after a signal, before its group is killed. */
const GRACE_MS = 5000
const WINDOWS = process.platform === 'win32'

/** @type {Set<{ child: import('node:child_process').ChildProcess, terminal: boolean }>} */
const running = new Set()
let ending = false

/**
 * Runs a program and resolves with its exit code (128 + the signal's number if a signal ended it) and, where `output` is
 * 'keep', with what it printed. `terminal: true` leaves it in our process group, as a program that reads the keyboard needs.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * A program that has not ended after `timeoutMs` is killed, with its group.
 *
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: 'show' | 'keep', terminal?: boolean, timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd, env = process.env, output = 'show', terminal = false, timeoutMs } = {}) {
  const sink = output === 'show' ? 'inherit' : 'pipe'
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: !terminal && !WINDOWS,
      shell: WINDOWS && !command.endsWith('.exe'),
      stdio: [terminal ? 'inherit' : 'ignore', sink, sink],
    })
    const entry = { child, terminal }
    running.add(entry)
    const patience = timeoutMs === undefined ? undefined : setTimeout(() => signalGroup(child, 'SIGKILL'), timeoutMs)
    let kept = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      kept += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      kept += text
    })
    child.on('error', (error) => {
      clearTimeout(patience)
      running.delete(entry)
      resolve({ code: 127, output: `${kept}${command}: ${error.message}\n` })
    })
    // 'exit' and not 'close': a grandchild that holds the pipe open must not hold us up, it is ended here.
    child.on('exit', (code, signal) => {
      clearTimeout(patience)
      running.delete(entry)
      if (!terminal) signalGroup(child, 'SIGKILL')
      const finish = () => resolve({ code: code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0), output: kept })
      if (sink === 'inherit' || child.stdout?.readableEnded) finish()
      else child.once('close', finish)
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  if (child.pid === undefined) return
  if (WINDOWS) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'])
    return
  }
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    // The group is empty, which is what we want; anything else is a bug of ours.
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** How often we look whether whoever started us is still there. */
const PARENT_MS = 250

/** Passes the signals that end us to what we started, and ends it for good when we exit. Call once. */
export function endWithUs() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => end(signal, signal === 'SIGINT' && process.stdin.isTTY === true))
  }
  // npm and pnpm pass a signal to the shell in which they run a script. The shell dies of it and tells us nothing.
  if (process.env.npm_lifecycle_event !== undefined && !WINDOWS) {
    const parent = process.ppid
    const watch = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(watch)
      end('SIGTERM', false)
    }, PARENT_MS)
    watch.unref()
  }
  process.on('exit', () => {
    for (const { child, terminal } of running) {
      if (terminal) child.kill('SIGKILL')
      else signalGroup(child, 'SIGKILL')
    }
  })
}

/** Whether a signal has asked us to end. */
export function isEnding() {
  return ending
}

/**
 * Asks what we started to end, and ends with it, after a grace at the latest.
 *
 * @param {'SIGINT' | 'SIGTERM' | 'SIGHUP'} signal
 * @param {boolean} typed whether it was Ctrl-C, which has reached a program in our own group already
 */
function end(signal, typed) {
  const first = !ending
  ending = true
  for (const { child, terminal } of running) {
    if (!terminal) signalGroup(child, signal)
    else if (!typed) child.kill(signal)
  }
  const status = 128 + constants.signals[signal]
  if (running.size === 0) process.exit(status)
  if (first) setTimeout(() => process.exit(status), GRACE_MS)
}
