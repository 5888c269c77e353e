/** Every workload, in the order of the table. */
import type { Workload } from './workload.js'
import { bootstrap } from './workloads/bootstrap.js'
import { catchUp } from './workloads/catch-up.js'
import { coldStart } from './workloads/cold-start.js'
import { create } from './workloads/create.js'
import { fanOut } from './workloads/fan-out.js'
import { memory } from './workloads/memory.js'
import { merge } from './workloads/merge.js'
import { createApply, update } from './workloads/one-by-one.js'
import { read } from './workloads/read.js'
import { updateCoalesced } from './workloads/update-coalesced.js'
import { updateTcp } from './workloads/update-tcp.js'

export const workloads: readonly Workload[] = [
  create,
  createApply,
  update,
  updateTcp,
  updateCoalesced,
  bootstrap,
  catchUp,
  merge,
  memory,
  coldStart,
  read,
  fanOut,
]

/** By its name, or its number. @throws Error where there is none. */
export function workloadNamed(name: string): Workload {
  const workload = workloads.find((one) => one.name === name || one.number.toLowerCase() === name.toLowerCase())
  if (workload === undefined)
    throw new Error(
      `There is no work ${JSON.stringify(name)}; there is ${workloads.map((one) => one.name).join(', ')}.`,
    )
  return workload
}
