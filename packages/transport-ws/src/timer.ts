/** The one place where this package takes time from the platform. */

/** Runs `task` once after `delayMs`, unless the function that is returned was called before. Never keeps a process alive. */
export function after(delayMs: number, task: () => void): () => void {
  const timer: unknown = setTimeout(task, delayMs)
  // A number in browsers, which have no process to keep alive.
  if (canUnref(timer)) timer.unref()
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>)
}

function canUnref(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer
}
