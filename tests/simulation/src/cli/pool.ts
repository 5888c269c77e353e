/** Workers on all cores. A seed that hangs is a failure of that seed: its worker is ended, and another takes its place. */
import { Worker } from 'node:worker_threads'
import type { Examination } from '../run/examine.js'
import type { Order } from './worker.js'

/** Real milliseconds after which a seed hangs, shrinking included. */
const hangsAfterMs = 300_000

export interface PoolOptions {
  readonly jobs: number
  readonly orders: readonly Order[]
  readonly done: (examination: Examination) => void
}

export async function runPool({ jobs, orders, done }: PoolOptions): Promise<void> {
  const queue = [...orders]
  const lane = async () => {
    let worker = startWorker()
    for (let order = queue.shift(); order !== undefined; order = queue.shift()) {
      const examination = await ask(worker, order)
      if (examination.result.failure?.check === 'worker') {
        await worker.terminate()
        worker = startWorker()
      }
      done(examination)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(jobs, orders.length) }, lane))
}

function startWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url))
}

function ask(worker: Worker, order: Order): Promise<Examination> {
  return new Promise((resolve) => {
    const settle = (examination: Examination) => {
      clearTimeout(timer)
      worker.off('message', settle).off('error', failed).off('exit', ended)
      resolve(examination)
    }
    const failed = (error: Error) => settle(broken(order, error.stack ?? String(error)))
    const ended = (code: number) => settle(broken(order, `the worker ended with ${code}`))
    const timer = setTimeout(() => settle(broken(order, `hangs: nothing came within ${hangsAfterMs} ms`)), hangsAfterMs)
    worker.on('message', settle).on('error', failed).on('exit', ended)
    worker.postMessage(order)
  })
}

function broken({ seed }: Order, message: string): Examination {
  return {
    result: {
      seed,
      failure: { check: 'worker', message, atMs: 0 },
      hash: '',
      events: 0,
      restedMs: 0,
      counts: {},
      shape: 'unknown',
      clients: 0,
      kinds: [],
      operations: [],
    },
    replay: `pnpm sim --seed ${seed}`,
  }
}
