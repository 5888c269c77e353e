import { describe, expect, test } from 'vitest'
import { platformEnvironment } from './environment.js'

const { now, random, timers } = platformEnvironment

describe('the platform', () => {
  test('tells wall time and fills arrays with random bytes', () => {
    expect(now()).toBeGreaterThan(Date.UTC(2024, 0, 1))
    const bytes = random(new Uint8Array(64))
    expect(new Set(bytes).size).toBeGreaterThan(8)
  })

  test('calls back soon, then when the event loop has turned, then after a while; what was cancelled never', async () => {
    const order: string[] = []
    await new Promise<void>((resolve) => {
      timers.set(
        20,
        () => {
          order.push('later')
          resolve()
        },
        { holdsProcess: true },
      )
      timers.set(1, () => order.push('cancelled'))()
      timers.defer(() => order.push('deferred'))
      timers.soon(() => order.push('soon'))
      order.push('now')
    })
    expect(order).toEqual(['now', 'soon', 'deferred', 'later'])
  })

  test('does not fire a timer at once because it is far away', async () => {
    let fired = false
    const cancel = timers.set(2 ** 40, () => {
      fired = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    cancel()
    expect(fired).toBe(false)
  })
})
