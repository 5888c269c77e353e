import { expect, test } from 'vitest'
import { Program } from './support.js'

test('two clients and a server are in step by hand', { timeout: 30_000 }, async () => {
  const program = new Program('by-hand')
  expect(await program.ended(), program.errors).toBe(0)
  expect(program.output.trim().split('\n')).toEqual([
    'alice created "Buy milk"; bob has "Buy milk"',
    'bob ticked it off; for alice it is done',
    'server, alice and bob have the same',
  ])
})
