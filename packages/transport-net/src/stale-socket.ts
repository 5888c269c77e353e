/** Removes the socket file that a dead process left behind, and no other. */

import { type BigIntStats, lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { systemCode } from './errors.js'

/**
 * Removes the socket at `path` if nobody listens on it any more. A file that is no socket stays where it is, and so does a socket that
 * somebody listens on: listening there says then that the address is in use.
 */
export async function clearStaleSocket(path: string): Promise<void> {
  const found = socketAt(path)
  if (found === undefined || (await answers(path))) return
  const still = socketAt(path)
  // Another process may have cleared it and listens there by now: its socket is another file, and stays.
  if (still?.ino === found.ino && still.ctimeNs === found.ctimeNs) rmSync(path, { force: true })
}

function socketAt(path: string): BigIntStats | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats?.isSocket() ? stats : undefined
}

/** Only a refusal proves that nobody listens; whatever else goes wrong could be somebody who is busy. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path })
    probe.once('error', (error) => resolve(systemCode(error) !== 'ECONNREFUSED'))
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
  })
}
