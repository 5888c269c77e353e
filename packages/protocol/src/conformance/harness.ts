/** What the suites are handed, and what they hand out. */

import type { Connection, Receiver } from '../connection.js'

/** A test framework's `test`: takes a name and a function whose rejection is a failure. It brings its own time limit. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown

/** Which of the optional capabilities a connection has; the suite tests those, and that the others are absent. Default: none. */
export interface ConnectionCapabilities {
  /** Each write is one message, and so is each receive. */
  readonly borders?: boolean

  /** `write` returns false when it is full, and 'drain' follows. */
  readonly drain?: boolean

  /** `pause` and `resume`. */
  readonly pause?: boolean
}

/** Two connected ends. */
export interface ConnectionHarness {
  readonly left: Connection
  readonly right: Connection

  /** Lets bytes through, on connections that move by hand. */
  deliver?(): void

  /** Ends what is still open. */
  dispose(): Promise<void>
}

export interface ConnectionFactory {
  /** What is tested, for the names of the tests. */
  readonly name: string
  readonly capabilities?: ConnectionCapabilities

  /** Connects two ends, which deliver to these receivers. */
  open(left: Receiver, right: Receiver): Promise<ConnectionHarness>
}

export interface SuiteOptions {
  /** Tests that are known to fail, by the id at the beginning of their name, with the reason. One that passes after all is a failure. */
  readonly expectedFailures?: Readonly<Record<string, string>>
}

/** Registers a test, turned round where it is expected to fail. */
export function register(
  test: TestFunction,
  options: SuiteOptions,
  subject: string,
  title: string,
  run: () => Promise<void>,
): void {
  const id = title.slice(0, title.indexOf(' '))
  const reason = options.expectedFailures?.[id]
  if (reason === undefined) test(`${subject}: ${title}`, run)
  else test(`${subject}: ${title} (expected to fail: ${reason})`, () => mustFail(run, id))
}

async function mustFail(run: () => Promise<void>, id: string): Promise<void> {
  const failed = await run().then(
    () => false,
    () => true,
  )
  if (!failed) throw new Error(`${id} passes: take it out of expectedFailures`)
}
