/** Whether a client is who it says it is: the application judges. */
import { SessionError } from './errors.js'
import type { Authenticate, Claim } from './hello.js'
import { isThenable } from './thenable.js'

/**
 * Asks the application.
 *
 * @param threw called with what `authenticate` threw: that refuses the client, whether it was meant to or not.
 * @returns true at once, or a promise that settles without a value. Whoever is refused is refused by an error, thrown or as a rejection.
 * @throws SessionError `SYNCRO_UNAUTHENTICATED`
 */
export function prove(
  authenticate: Authenticate | undefined,
  claim: Claim,
  threw: (cause: unknown) => void,
): true | Promise<void> {
  const refuse = (cause: unknown): never => {
    threw(cause)
    throw refused(claim, { cause })
  }
  const verdict = judge(authenticate, claim, refuse)
  if (verdict === true) return true
  if (!isThenable<boolean>(verdict)) throw refused(claim)
  return Promise.resolve(verdict).then((isAllowed) => {
    if (isAllowed !== true) throw refused(claim)
  }, refuse)
}

function judge(
  authenticate: Authenticate | undefined,
  claim: Claim,
  refuse: (cause: unknown) => never,
): boolean | PromiseLike<boolean> {
  if (authenticate === undefined) return true
  try {
    return authenticate(claim)
  } catch (cause) {
    return refuse(cause)
  }
}

function refused({ uid }: Claim, options: ErrorOptions = {}): SessionError {
  return new SessionError('SYNCRO_UNAUTHENTICATED', `The client ${JSON.stringify(uid)} was refused.`, options)
}
