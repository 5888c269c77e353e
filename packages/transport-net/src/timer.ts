/** The one place where this package takes time from the platform. */

/** Runs `task` once after `delayMs`, unless the function that is returned was called before. Never keeps a process alive. */
export function after(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}
