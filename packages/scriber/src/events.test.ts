import { describe, expect, test } from 'vitest'
import { Events } from './events.js'

describe('events', () => {
  test('reach every listener, in the order of listening, until it leaves', () => {
    const events = new Events<{ said: (word: string, times: number) => void }>(() => expect.fail())
    const heard: string[] = []
    const leave = events.on('said', (word, times) => heard.push(`first ${word} ${times}`))
    events.on('said', (word) => heard.push(`second ${word}`))
    events.emit('said', 'a', 1)
    leave()
    leave()
    events.emit('said', 'b', 2)
    expect(heard).toEqual(['first a 1', 'second a', 'second b'])
  })

  test('reach the others when a listener throws, and the error is reported', () => {
    const reported: unknown[] = []
    const events = new Events<{ said: () => void }>((error, event) => reported.push(error, event))
    let heard = 0
    events.on('said', () => {
      throw new TypeError('mine')
    })
    events.on('said', () => {
      heard += 1
    })
    events.emit('said')
    expect(heard).toBe(1)
    expect(reported).toEqual([new TypeError('mine'), 'said'])
  })

  test('know if anybody listens', () => {
    const events = new Events<{ said: () => void }>(() => undefined)
    expect(events.has('said')).toBe(false)
    const leave = events.on('said', () => undefined)
    expect(events.has('said')).toBe(true)
    leave()
    expect(events.has('said')).toBe(false)
  })
})
