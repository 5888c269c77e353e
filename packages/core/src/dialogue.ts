/** What a session talks once the handshake has found out which version the peer speaks. */
import type { Message, ReceivedV1Message, RowsByColumns } from '@syncro/protocol'
import type { OutgoingStep } from './outgoing-step.js'

export interface Dialogue<Received extends Message | RowsByColumns | ReceivedV1Message> {
  /** Begins: called once, when the session may send. */
  begin(): void
  /**
   * Takes a message. What it throws ends the session.
   *
   * @param most bytes that it can take in JSON, at the most, as we would write it.
   * @param rows of a batch, the peer's numbers of its records, if it has any.
   */
  receive(message: Received, most: number, rows: readonly number[]): void
  /** The ledger took a step, recorded here or replayed from somebody. */
  step(step: OutgoingStep): void
  /** Called before what is queued is written: the place to say how far things have gone. */
  flushing(): void
  /** Rows are forgotten: their numbers may soon be other records'. */
  trimmed(rows: readonly number[]): void
  /** Says something that the peer answers: nothing was said for a while. */
  ask(): void
  /** True while the peer has been sent all that is there. */
  readonly isEven: boolean
  /** There is room in the queue again. */
  drained(): void
  /** The session has ended. */
  end(): void
}
