/** A bound on waiting: the tour ends by itself even if what it waits for never comes. */

/** Rejects with the reason unless the promise is settled in time. */
export function within<T>(limitMs: number, promise: Promise<T>, reason: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${reason()} (waited ${limitMs / 1_000} s)`)), limitMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
