import { describe, expect, test } from 'vitest'
import { socketError } from './errors.js'

const system = (code: string) => Object.assign(new Error(code), { code })

describe('a socket error', () => {
  test.each([
    ['dial', 'ECONNREFUSED', 'SYNCRO_CONNECTION_REFUSED'],
    ['dial', 'ENOENT', 'SYNCRO_CONNECTION_REFUSED'],
    ['dial', 'EAGAIN', 'SYNCRO_CONNECTION_REFUSED'],
    ['dial', 'ENOTFOUND', 'SYNCRO_HOST_NOT_FOUND'],
    ['dial', 'EAI_AGAIN', 'SYNCRO_HOST_NOT_FOUND'],
    ['dial', 'EHOSTUNREACH', 'SYNCRO_HOST_UNREACHABLE'],
    ['dial', 'ENETUNREACH', 'SYNCRO_HOST_UNREACHABLE'],
    ['dial', 'ETIMEDOUT', 'SYNCRO_CONNECT_TIMEOUT'],
    ['dial', 'EACCES', 'SYNCRO_PERMISSION_DENIED'],
    ['dial', 'EMFILE', 'SYNCRO_SOCKET_FAILED'],
    ['listen', 'EADDRINUSE', 'SYNCRO_ADDRESS_IN_USE'],
    ['listen', 'EADDRNOTAVAIL', 'SYNCRO_ADDRESS_UNAVAILABLE'],
    ['listen', 'EACCES', 'SYNCRO_PERMISSION_DENIED'],
    ['listen', 'ENOENT', 'SYNCRO_PATH_NOT_FOUND'],
    ['open', 'ECONNRESET', 'SYNCRO_CONNECTION_LOST'],
    ['open', 'EPIPE', 'SYNCRO_CONNECTION_LOST'],
    ['open', 'ETIMEDOUT', 'SYNCRO_CONNECTION_LOST'],
  ] as const)('while a socket is to %s, %s, is a %s', (phase, code, expected) => {
    const cause = system(code)
    expect(socketError(phase, 'tcp://127.0.0.1:1', cause)).toMatchObject({
      name: 'TransportError',
      code: expected,
      address: 'tcp://127.0.0.1:1',
      cause,
    })
  })
})
