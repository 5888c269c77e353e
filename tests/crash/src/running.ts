/** What has to be undone, whatever ends us: processes and folders. */
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

const undoing = new Set<() => void>()

process.on('exit', undoAll)

/** Has something undone when the process exits. @returns what calls that off. */
export function after(undo: () => void): () => void {
  undoing.add(undo)
  return () => undoing.delete(undo)
}

/** For programs: a signal ends them by an exit, so that everything is undone. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

/** Lends a folder that is gone when the work is done. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'syncro-crash-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const release = after(remove)
  try {
    return await work(folder)
  } finally {
    release()
    remove()
  }
}

function undoAll(): void {
  // The last first: processes before the folders in which they write.
  for (const undo of [...undoing].reverse()) undo()
}
