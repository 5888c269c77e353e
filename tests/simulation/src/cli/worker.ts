/** A worker: examines one seed after the other, as it is told. */
import { parentPort } from 'node:worker_threads'
import { board } from '../board/board.js'
import { type ExamineOptions, examine } from '../run/examine.js'

/** What a worker is asked. */
export type Order = Omit<ExamineOptions, 'workload'>

parentPort?.on('message', async (order: Order) => {
  parentPort?.postMessage(await examine({ ...order, workload: board }))
})
