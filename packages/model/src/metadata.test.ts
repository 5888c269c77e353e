import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { World } from '../test/world.js'

const symbols = Symbol as { metadata?: symbol }

describe('the metadata of decorators', () => {
  let before: symbol | undefined

  beforeEach(() => {
    before = symbols.metadata
    vi.resetModules()
  })

  afterEach(() => {
    if (before === undefined) delete symbols.metadata
    else symbols.metadata = before
  })

  test.each([
    ['nobody has defined', undefined],
    ['another library has defined', Symbol('metadata of another library')],
  ])('is found under a symbol that %s before', async (_who, symbol) => {
    if (symbol === undefined) delete symbols.metadata
    else symbols.metadata = symbol
    const { field, Model, synced } = await import('./index.js')
    expect(symbols.metadata).toBe(symbol ?? Symbol.for('Symbol.metadata'))
    class Base extends Model {
      @field() accessor createdBy = 'nobody'
    }
    @synced({ name: 'Todo' })
    class Todo extends Base {
      @field() accessor title = ''
    }
    new World().client('alice', { models: [Todo] })
    expect(Todo.create({ id: 'one', title: 'Milk' }).toObject()).toEqual({
      id: 'one',
      createdBy: 'nobody',
      title: 'Milk',
    })
  })
})
