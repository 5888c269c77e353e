/** What a simulated network tells of its failures, under the codes that real transports use. */

export type NetworkErrorCode =
  | 'SYNCRO_ABORTED'
  | 'SYNCRO_ADDRESS_IN_USE'
  | 'SYNCRO_CLOSE_TIMEOUT'
  | 'SYNCRO_CONNECTION_LOST'
  | 'SYNCRO_CONNECTION_REFUSED'
  | 'SYNCRO_CONNECT_TIMEOUT'

export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
