/** A kill at each system call that writes or syncs. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkOrder } from './kills.js'
import { CrashFailure, Figures, inLanes, type Run, randomOf } from './kind.js'
import { inFolder } from './running.js'
import { makeScenes } from './scene.js'
import { logIn, strace } from './strace.js'
import { acknowledgedIn, WriterProcess } from './writer-process.js'

export async function runCalls({ seed, count, only, crashed }: Run): Promise<Figures> {
  const figures = new Figures()
  await inFolder(async (folder) => {
    const scenes = await makeScenes(folder, randomOf('calls', seed, 0).next())
    const all = scenes.flatMap((scene) => scene.calls.map((call) => ({ scene, call })))
    // All of them, or as many as are wanted, evenly from the first to the last.
    const chosen = Math.min(count, all.length)
    const cases =
      only === undefined ? Array.from({ length: chosen }, (_, at) => Math.floor((at * all.length) / chosen)) : [only]
    await inLanes(cases, async (number) => {
      try {
        const { scene, call } = all[number]!
        const own = join(folder, `case ${number}`)
        mkdirSync(own)
        const { place, order } = await scene.set(own)
        const { recovered } = place
        const writer = new WriterProcess(
          order,
          strace(order.path, logIn(own), `${call.name}:signal=KILL:when=${call.nth}`),
        )
        const { signal } = await writer.ended
        const acknowledged = acknowledgedIn(writer.said)
        checkOrder(acknowledged, writer.said, recovered)
        figures.add('acknowledged', acknowledged.length)
        figures.add('recovered', (await place.check(acknowledged.at(-1) ?? -1, order.version)) - recovered)
        figures.add(signal === 'SIGKILL' ? `at ${call.name}` : 'not reached')
        figures.add(scene.name)
        crashed?.()
      } catch (error) {
        throw new CrashFailure('calls', seed, number, error)
      }
    })
    figures.add('calls in all', all.length)
    if (figures.of('not reached') > cases.length / 10)
      throw new Error(`${figures.of('not reached')} calls were not reached: the calls differ from run to run`)
  })
  return figures
}
