import { connectionSuite } from '@syncro/protocol/conformance'
import { connectionPair, type PairOptions } from '@syncro/protocol/testing'
import { describe, expect, test } from 'vitest'
import type { ConnectionFactory } from '../src/conformance/harness.js'

function factory(name: string, options: PairOptions): ConnectionFactory {
  return {
    name,
    capabilities: { borders: options.borders ?? false, drain: options.highWaterBytes !== undefined, pause: true },
    async open(left, right) {
      const pair = connectionPair(options)
      pair.a.attach(left)
      pair.b.attach(right)
      return { left: pair.a, right: pair.b, deliver: () => pair.flush(), dispose: async () => pair.cut() }
    },
  }
}

connectionSuite(test, factory('the pair', {}))
connectionSuite(test, factory('the pair with borders', { borders: true }))
connectionSuite(test, factory('the pair with back-pressure', { highWaterBytes: 100_000 }))

describe('the suite itself', () => {
  /** Runs the suite on a faulty connection and returns the ids of the tests that failed. */
  async function failures(spoil: (factory: ConnectionFactory) => ConnectionFactory): Promise<string[]> {
    const failed: string[] = []
    const runs: Promise<void>[] = []
    const collect = (name: string, run: () => Promise<void>) => {
      const id = /: (C\d+)/.exec(name)?.[1] ?? name
      runs.push(
        run().catch(() => {
          failed.push(id)
        }),
      )
    }
    connectionSuite(collect, spoil(factory('faulty', {})))
    await Promise.all(runs)
    return failed.sort()
  }

  test('finds a connection that says it keeps borders and does not', async () => {
    expect(await failures((sound) => ({ ...sound, capabilities: { borders: true } }))).toContain('C8')
  })

  test('finds a connection that changes what it is given', async () => {
    const spoil = (sound: ConnectionFactory): ConnectionFactory => ({
      ...sound,
      async open(left, right) {
        const harness = await sound.open(left, right)
        return {
          ...harness,
          left: {
            write: (bytes: Uint8Array) => {
              harness.left.write(bytes.slice())
              bytes.fill(0)
            },
            close: () => harness.left.close?.(),
          },
        }
      },
    })
    expect(await failures(spoil)).toContain('C3')
  })

  test('finds a connection that tells of its end twice', async () => {
    const spoil = (sound: ConnectionFactory): ConnectionFactory => ({
      ...sound,
      open: (left, right) =>
        sound.open(
          {
            receive: (bytes) => left.receive(bytes),
            close: (cause) => {
              left.close(cause)
              left.close(cause)
            },
          },
          right,
        ),
    })
    expect(await failures(spoil)).toEqual(['C4', 'C5', 'C6'])
  })

  test('takes a known failure as expected, and a cured one as a failure', async () => {
    const results: Record<string, boolean> = {}
    const runs: Promise<void>[] = []
    const collect = (name: string, run: () => Promise<void>) => {
      const note = (passed: boolean) => {
        results[name] = passed
      }
      runs.push(
        run().then(
          () => note(true),
          () => note(false),
        ),
      )
    }
    connectionSuite(
      collect,
      { ...factory('it', {}), capabilities: { borders: true } },
      { expectedFailures: { C8: 'has none', C1: 'is cured' } },
    )
    await Promise.all(runs)
    expect(results['it: C8 says truly whether it keeps borders (expected to fail: has none)']).toBe(true)
    expect(results['it: C1 delivers what was written, once and in order (expected to fail: is cured)']).toBe(false)
  })
})
