/** Plays a script, and holds the client under test to what it promises of hostile peers (DESIGN section 7). */

import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { SessionError, type Syncro } from '@syncro/core'
import { state } from '../../packages/core/test/world.js'
import { Scene } from './session-scene.js'
import type { Step } from './session-script.js'
import type { Setting } from './session-setting.js'

/** How the sessions of a script ended. */
export interface Played {
  readonly reasons: readonly string[]
  /** Whether one of them was live at some time, and whether one of them changed something. */
  readonly live: boolean
  readonly wrote: boolean
}

const errorsText = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const documented: ReadonlySet<string> = new Set(errorsText.match(/(?<=^## )SYNCRO_[A-Z_]+/gm))

/** What an application may hear of a hostile peer: that its connection failed, or that it does not take what it is sent. */
const tellable = new Set(['SYNCRO_CONNECTION_FAILED', 'SYNCRO_SCRIBE_REFUSED', 'SYNCRO_SCRIBE_TOO_LARGE'])

/** Longer than any timeout of a session that does not go on. */
const patienceMs = 60_000

export async function play(
  setting: Setting,
  seed: number,
  scriptFor: (scene: Scene) => readonly Step[],
): Promise<Played> {
  const scene = await Scene.open(setting, seed)
  let live = false
  let wrote = false
  scene.server.on('session', (session) => session.on('state', (state) => (live ||= state === 'live')))
  scene.server.scriber.on('step', ({ origin }) => {
    wrote ||= scene.hostiles.some(({ session }) => session === origin)
  })
  for (const step of scriptFor(scene)) {
    await take(scene, step)
    checkBounds(scene)
  }
  await rest(scene)
  checkHostile(scene)
  await checkHonest(scene)
  const reasons = scene.hostiles.map(({ session: { reason, state } }) =>
    reason?.remote ? 'said by the other' : (reason?.code ?? state),
  )
  await checkGone(scene)
  return { reasons, live, wrote }
}

async function take(scene: Scene, step: Step): Promise<void> {
  const { world } = scene
  if (step.does === 'connects') scene.connect()
  else if (step.does === 'waits') {
    world.advance(step.ms)
    // A store that takes nothing for so long holds up pings as well, and the honest one would be taken for dead.
    if (scene.setting.store === 'slow') await scene.settle()
  } else if (step.does === 'settles') await scene.settle()
  else if (step.does === 'lets others change') scene.change(step.by)
  else act(scene, step)
}

function act(scene: Scene, step: Extract<Step, { readonly on: number }>): void {
  const hostile = scene.hostiles[step.on]
  // A shrunk script may have lost the step that opened it.
  if (hostile === undefined) return
  const { pair, session, heard } = hostile
  if (step.does === 'echoes') pair.a.write(heard)
  else if (step.does === 'sends') pair.a.write(Uint8Array.from(step.bytes))
  else if (step.does === 'is heard') pair.flush({ from: 'a', ...(scene.setting.borders ? {} : { chunk: step.chunk }) })
  else if (step.does === 'stops reading') pair.a.pause()
  else if (step.does === 'reads') pair.a.resume()
  else if (step.does === 'hangs up') pair.cut()
  else if (step.does === 'ends') pair.a.close()
  else session.close()
}

/** Everything arrives, and time passes, so that whoever waits in vain has given up. */
async function rest(scene: Scene): Promise<void> {
  await scene.settle()
  checkBounds(scene)
  checkTimers(scene)
  for (const { pair } of scene.hostiles) pair.a.resume()
  await scene.settle()
  for (let waited = 0; waited < patienceMs; waited += 5_000) {
    scene.world.advance(5_000)
    await scene.settle()
  }
}

/** What is queued for a peer that does not read has its bound, a message or chunk aside that it stood before. */
function checkBounds({ server, hostiles }: Scene): void {
  const { maxQueuedBytes, maxAnswerBytes, chunkBytes } = server.limits
  const most = Math.max(maxQueuedBytes, maxAnswerBytes) + 3 * chunkBytes + 2_000
  for (const { session } of hostiles)
    if (session.queuedBytes > most) throw new Error(`${session.queuedBytes} bytes are queued, over ${most}`)
}

/** Sessions that have ended leave no timer behind that waits for them. */
function checkTimers({ world, hostiles, honestSessions, hasHeld, timers }: Scene): void {
  const isQuiet = hostiles.every(({ session }) => session.state === 'closed') && !hasHeld
  if (isQuiet && honestSessions.every(({ state }) => state === 'live') && world.timers > timers)
    throw new Error(`${world.timers - timers} timers wait for sessions that have ended`)
}

function checkHostile({ world, hostiles, setting }: Scene): void {
  for (const { session } of hostiles) {
    const { reason } = session
    if (session.state === 'handshaking') throw new Error('a session waits for its handshake for ever')
    if ((session.state === 'closed') !== (reason !== undefined)) throw new Error('a session is closed without a reason')
    if (reason === undefined || reason.remote) continue
    if (!documented.has(reason.code) || reason.code === 'SYNCRO_INTERNAL')
      throw new Error('a session ended by what is not foreseen', { cause: reason })
  }
  for (const error of world.reported) {
    if (!(error instanceof SessionError) || !tellable.has(error.code))
      throw new Error('this was reported', { cause: error })
    if (error.code === 'SYNCRO_CONNECTION_FAILED' && setting.close === 'well') throw new Error('no connection failed')
  }
}

/** The honest session goes on, both hold the same, and what is theirs alone is what they made it. */
async function checkHonest(scene: Scene): Promise<void> {
  const { server, friend } = scene
  const isAnew = scene.honestSessions.some(({ reason }) => reason?.code === 'SYNCRO_BEGUN_ANEW')
  if (isAnew && (scene.setting.role === 'dials' || scene.isCopied)) scene.join()
  scene.change('server')
  scene.change('friend')
  await scene.settle()
  for (const { state: is, reason } of scene.honestSessions)
    if (is !== 'live') throw new Error(`an honest session is ${is}`, { cause: reason })
  const { expected, ...shown } = scene.honest()
  if (!isDeepStrictEqual(shown, { server: expected, friend: expected }))
    throw new Error(`what is honest was changed: ${JSON.stringify({ expected, ...shown })}`)
  assert.deepEqual(state(friend), state(server), 'the honest two do not hold the same')
}

/** Once they have gone, hostile clients leave behind what the registry keeps of anybody, and no timers. */
async function checkGone(scene: Scene): Promise<void> {
  const { world, server, friend, hostiles } = scene
  for (const { pair } of hostiles) pair.cut()
  await scene.settle()
  if (server.sessions.length !== 1) throw new Error('a session outlives its connection')
  checkRegistry(server, hostiles.length)
  await Promise.all([server.close(), friend.close(), scene.settle()])
  await scene.settle()
  if (world.timers > 0) throw new Error(`${world.timers} timers wait for nobody`)
}

function checkRegistry(server: Syncro, sessions: number): void {
  const replicas = server.clients().flatMap(({ replicas }) => replicas)
  if (replicas.length > sessions + 1) throw new Error('more replicas are known than sessions were opened')
  const transient = replicas.filter(({ durable, online }) => !durable && !online)
  if (transient.length > server.limits.maxTransientCursors) throw new Error('too many cursors are remembered')
}
