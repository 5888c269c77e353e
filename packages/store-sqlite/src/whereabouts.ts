/** Where a file is: under one name, whatever it is called by, and whether it is there still. */
import { closeSync, fsyncSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The one path of a file, there or not yet, whatever links lead to it. @throws Error for one that has several. */
export function truePath(path: string): string {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) return join(realpathSync(dirname(path)), basename(path))
  if (!there.isFile()) throw new Error('it is no file')
  // SQLite names the log after the file: under each name there would be another.
  if (there.nlink > 1) throw new Error('the file has a second name, a hard link')
  return realpathSync(path)
}

/** Notices that the files of a store were deleted or moved: the system goes on writing them, and nobody finds them again. */
export class Whereabouts {
  readonly #files: readonly (readonly [path: string, identity: string])[]

  /** @param path of a file that is open, with its log. */
  constructor(path: string) {
    this.#files = [path, `${path}-wal`].map((file) => [file, identityOf(file) ?? ''])
  }

  /** @throws Error */
  check(): void {
    const missing = this.#files.find(([path, identity]) => identityOf(path) !== identity)
    if (missing !== undefined) throw new Error(`${missing[0]} was deleted or moved while it was open`)
  }
}

/** Without opening it: the system drops a process's locks on a file with whichever of its handles is closed first. */
function identityOf(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false, bigint: true })
  return there && `${there.dev} ${there.ino}`
}

/** A file that was just made is lost with the next power cut, unless its directory is written as well. */
export function syncPath(path: string): void {
  if (process.platform === 'win32') return
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
