import type { Syncro } from '@syncro/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf, errorOf, World } from '../test/world.js'
import { field, Model, type StandardSchema, synced, t } from './index.js'

/** A validator that does what a test says. */
function validator<Value>(validate: StandardSchema<Value>['~standard']['validate']): StandardSchema<Value> {
  return { '~standard': { version: 1, vendor: 'the test', validate } }
}

describe('a validator', () => {
  let world: World
  let alice: Syncro
  let asked = 0

  const evenOnly = validator<number>((value) => {
    asked += 1
    if (value === 13) throw new Error('unlucky')
    return (value as number) % 2 === 0
      ? { value: value as number }
      : { issues: [{ message: 'is odd' }, { message: 'is not even' }] }
  })

  function declare() {
    @synced({ name: 'Account' })
    class Account extends Model {
      @field(t.string({ validate: z.string().trim().min(1).toLowerCase() })) accessor login = ''
      @field(t.string({ validate: z.email() }).nullable()) accessor email: string | null = null
      @field(t.number({ validate: evenOnly })) accessor even = 0
      @field(t.number({ validate: validator<number>(() => ({ value: 'text' as never })) })) accessor broken = 1
      @field(t.number({ validate: validator<number>(async () => Promise.reject(new Error('late'))) })) accessor later =
        1
    }
    return Account
  }

  function listed() {
    class Account extends Model {
      declare login: string
      declare email: string | null
      declare even: number
      static {
        synced(this, {
          name: 'Account',
          fields: {
            login: t.string({ default: '', validate: z.string().trim().min(1).toLowerCase() }),
            email: t.string({ validate: z.email() }).nullable(),
            even: t.number({ default: 0, validate: evenOnly }),
          },
        })
      }
    }
    return Account
  }
  let Account: ReturnType<typeof listed>

  beforeEach(() => {
    world = new World()
    Account = listed()
    alice = world.client('alice', { models: [Account] })
    asked = 0
  })

  test('gives the value that is recorded', () => {
    const account = Account.create({ login: '  Ann ' })
    account.email = 'ann@example.org'
    expect([account.login, account.email]).toEqual(['ann', 'ann@example.org'])
    expect(Account.findBy({ login: 'ann' })).toBe(account)
  })

  test('refuses what is assigned, with its reasons', () => {
    const account = Account.create({ login: 'ann' })
    const error = errorOf(() => (account.even = 3))
    expect(error?.code).toBe('SYNCRO_VALUE_INVALID')
    expect(error?.message).toContain('Account.even was given 3, which its validator refuses: is odd; is not even')
    expect(codeOf(() => (account.email = 'nobody'))).toBe('SYNCRO_VALUE_INVALID')
    expect([account.even, account.email]).toEqual([0, null])
  })

  test('is not asked about null where null is allowed', () => {
    const account = Account.create({ login: 'ann', email: 'ann@example.org' })
    account.email = null
    expect(account.email).toBeNull()
  })

  test('that refuses an initial value makes the field one that has to be given', () => {
    expect(codeOf(() => Account.create())).toBe('SYNCRO_VALUE_INVALID')
    const draft = Account.draft()
    expect(draft.login).toBe('')
    expect(codeOf(() => draft.save())).toBe('SYNCRO_VALUE_INVALID')
    draft.login = 'Ann'
    expect(draft.save().login).toBe('ann')
  })

  test('only judges what arrives, and is asked once for each value', () => {
    Account.create({ id: 'one', login: 'ann', even: 2 })
    alice.record('Account', 'update', 'one', { login: ' Bob ', even: 4 })
    const account = Account.find('one')!
    asked = 0
    expect([account.login, account.even, account.even]).toEqual([' Bob ', 4, 4])
    expect(asked).toBe(1)
    alice.record('Account', 'update', 'one', { even: 5, login: '' })
    expect([account.even, account.even, account.login]).toEqual([0, 0, ''])
    expect(asked).toBe(2)
    expect(alice.scriber.ledger.table('Account').get(0, 'even')).toBe(5)
  })

  test('that throws refuses: where assigned with its error as the cause, and by a report for what arrived', () => {
    const account = Account.create({ id: 'one', login: 'ann', even: 2 })
    const error = errorOf(() => (account.even = 13))
    expect([error?.code, error?.cause]).toEqual(['SYNCRO_VALUE_INVALID', new Error('unlucky')])
    alice.record('Account', 'update', 'one', { even: 13 })
    expect([account.even, account.even]).toEqual([0, 0])
    world.settle()
    expect(world.reported).toEqual([new Error('unlucky')])
  })

  test('has to answer at once, and with a value of the field’s type', async () => {
    const Decorated = declare()
    const bob = world.client('bob', { models: [Decorated] })
    bob.record('Account', 'create', 'one', { login: 'ann' })
    const account = Decorated.find('one')!
    expect(codeOf(() => (account.later = 2))).toBe('SYNCRO_VALIDATOR_ASYNC')
    expect(codeOf(() => (account.broken = 2))).toBe('SYNCRO_VALUE_INVALID')
    await Promise.resolve()
    expect([account.later, account.broken]).toEqual([1, 1])
  })
})
