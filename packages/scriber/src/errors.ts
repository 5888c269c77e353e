/** Errors of the recorder, a class per reaction: fix your code, or stop and look at the store. */

/** What a program did wrong, and the cure. Callers test `code`. */
export type UsageErrorCode =
  | 'SYNCRO_BATCH_TOO_LARGE'
  | 'SYNCRO_GONE'
  | 'SYNCRO_ID_INVALID'
  | 'SYNCRO_NAMES_FULL'
  | 'SYNCRO_NAME_INVALID'
  | 'SYNCRO_NOT_FOUND'
  | 'SYNCRO_NOT_READY'
  | 'SYNCRO_TRANSACTION_ASYNC'
  | 'SYNCRO_TRANSACTION_OPEN'
  | 'SYNCRO_VALUE_INVALID'

/**
 * The program has to change: the message says how. Other packages of ours use the class with codes of their own.
 */
export class UsageError<Code extends string = UsageErrorCode> extends Error {
  override readonly name = 'UsageError'
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export type StoreErrorCode =
  | 'SYNCRO_STORE_DAMAGED'
  | 'SYNCRO_STORE_FAILED'
  | 'SYNCRO_STORE_FOREIGN'
  | 'SYNCRO_STORE_IN_USE'
  | 'SYNCRO_STORE_NEWER'
  | 'SYNCRO_STORE_STALLED'

/** The store could not keep or give back what it was asked to; nothing after it is acknowledged: for now (`SYNCRO_STORE_STALLED`), or until it is opened anew. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
