import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readOptions } from './options.js'

test('what is typed counts before the environment, and that before the default', () => {
  expect(readOptions(['alice'], {})).toEqual({
    name: 'alice',
    host: '127.0.0.1',
    port: 10_000,
    data: resolve('demo-data'),
  })
  const env = { SYNCRO_PORT: '4000', SYNCRO_HOST: 'here', SYNCRO_DATA: 'kept' }
  expect(readOptions(['alice'], env)).toEqual({ name: 'alice', host: 'here', port: 4_000, data: resolve('kept') })
  const typed = ['alice', '--port', '5000', '--host', 'there', '--data', 'elsewhere']
  expect(readOptions(typed, env)).toMatchObject({ host: 'there', port: 5_000, data: resolve('elsewhere') })
})

test('a folder is meant from where the user is, not from where a package manager starts the script', () => {
  const env = { INIT_CWD: resolve('somewhere') }
  expect(readOptions(['alice'], env).data).toBe(resolve('somewhere', 'demo-data'))
  expect(readOptions(['alice', '--data', 'kept'], env).data).toBe(resolve('somewhere', 'kept'))
  expect(readOptions(['alice', '--data', resolve('/kept')], env).data).toBe(resolve('/kept'))
})

test('"none" keeps nothing, and a folder of that name is written otherwise', () => {
  expect(readOptions(['alice', '--data', 'none'], {}).data).toBeUndefined()
  expect(readOptions(['alice'], { SYNCRO_DATA: 'none' }).data).toBeUndefined()
  expect(readOptions(['alice', '--data', './none'], {}).data).toBe(resolve('none'))
  expect(() => readOptions(['alice', '--data='], {})).toThrow('--data takes a folder')
})

test('the server has its name', () => {
  expect(readOptions([], {}, 'server').name).toBe('server')
  expect(() => readOptions(['alice'], {}, 'server')).toThrow('Too many words')
})

test.each(['65536', '-1', '1.5', '', 'http'])('%j is no port', (port) => {
  expect(() => readOptions(['alice', `--port=${port}`], {})).toThrow('is no port')
})
