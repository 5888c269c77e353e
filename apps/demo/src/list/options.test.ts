import { expect, test } from 'vitest'
import { readOptions } from './options.js'

test('what is typed counts before the environment, and that before the default', () => {
  expect(readOptions(['alice'], {})).toEqual({ name: 'alice', host: '127.0.0.1', port: 10_000 })
  const env = { SYNCRO_PORT: '4000', SYNCRO_HOST: 'here' }
  expect(readOptions(['alice'], env)).toEqual({ name: 'alice', host: 'here', port: 4_000 })
  expect(readOptions(['alice', '--port', '5000', '--host', 'there'], env)).toMatchObject({ host: 'there', port: 5_000 })
})

test('the server has its name', () => {
  expect(readOptions([], {}, 'server').name).toBe('server')
  expect(() => readOptions(['alice'], {}, 'server')).toThrow('Too many words')
})

test.each(['65536', '-1', '1.5', '', 'http'])('%j is no port', (port) => {
  expect(() => readOptions(['alice', `--port=${port}`], {})).toThrow('is no port')
})
