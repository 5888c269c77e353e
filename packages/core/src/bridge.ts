/** The dialogue of version 1, with the Ruby gem. */
import type { ReceivedV1Message } from '@syncro/protocol'
import type { Dialogue } from './dialogue.js'
import type { OutgoingStep } from './outgoing-step.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'

export class Bridge implements Dialogue<ReceivedV1Message> {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #uid: string

  constructor(session: Session, context: SessionContext, uid: string) {
    this.#session = session
    this.#context = context
    this.#uid = uid
  }

  begin(): void {
    const { clients } = this.#context
    const from = [...clients.of(this.#uid)].find(({ lastScribe }) => lastScribe !== undefined)?.lastScribe ?? null
    this.#session.sendV1({ type: 'sync', from, id: 1 })
  }
  receive(_message: ReceivedV1Message): void {}
  step(_step: OutgoingStep): void {}
  flushing(): void {}
  drained(): void {}
  end(): void {}
}
