/** Whether something is a promise, of whatever making. */
export function isThenable<Result = unknown>(value: unknown): value is PromiseLike<Result> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
