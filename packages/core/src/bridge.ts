/**
 * The dialogue of version 1, with the Ruby gem (DESIGN section 6, "The bridge"; BRIDGE.md says what it comes to). Both sides ask each other
 * for what they lack (`sync`), then send what happens (`add_scribe`).
 */
import { type JsonValue, parseScribe, type ReceivedV1Message, type Response, type Rpc } from '@syncro/protocol'
import { randomId } from '@syncro/scriber'
import { Acks } from './bridge-acks.js'
import { Known } from './bridge-known.js'
import { Opening } from './bridge-opening.js'
import { Owed } from './bridge-owed.js'
import type { Peer } from './bridge-peer.js'
import { Playing } from './bridge-playing.js'
import { refused } from './bridge-refusal.js'
import { scribeId } from './bridge-scribe-id.js'
import { Sender } from './bridge-sender.js'
import { unansweredStays } from './bridge-stays.js'
import { type Request, Unanswered } from './bridge-unanswered.js'
import type { Replica } from './clients.js'
import type { Dialogue } from './dialogue.js'
import type { OutgoingStep } from './outgoing-step.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'

/** The class that every gem exposes to calls. */
const ownCalls = 'Syncro::RPC::Default'

/** The gem's error codes. */
const classNotExposed = 404
const methodUnknown = 405

interface Parts {
  readonly peer: Peer
  readonly sender: Sender
  readonly playing: Playing
  readonly opening: Opening
}

export class Bridge implements Dialogue<ReceivedV1Message> {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #uid: string
  readonly #unanswered = new Unanswered()
  /** There once the peer has said something: before, it may be one of ours whose hello is on its way. */
  #parts: Parts | undefined
  #isHistory = false

  constructor(session: Session, context: SessionContext, uid: string) {
    this.#session = session
    this.#context = context
    this.#uid = uid
  }

  get isEven(): boolean {
    return this.#parts?.sender.isEven ?? true
  }

  begin(): void {
    const last = this.#stored()?.lastScribe
    this.#isHistory = last === undefined
    this.#ask(last === undefined || last === '' ? null : last)
  }

  receive(message: ReceivedV1Message): void {
    this.#parts ??= this.#open()
    if (this.#session.queuedBytes > this.#context.limits.maxAnswerBytes) {
      this.#session.end('SYNCRO_SLOW', 'The client goes on asking without reading the answers.')
      return
    }
    const { peer, sender, playing, opening } = this.#parts
    switch (message.type) {
      case 'sync':
        opening.sync(message)
        break
      case 'add_scribe':
        if (opening.isOver) playing.live(message, unansweredStays(peer))
        else opening.hold(message)
        break
      case 'response':
        this.#onResponse(this.#parts, message)
        break
      case 'error':
        this.#onError(this.#parts, message.code)
        break
      case 'noop':
        this.#session.sendV1({ type: 'response', id: message.id ?? null, result: true })
        break
      case 'rpc':
        this.#onCall(message)
        break
      default:
      // What is not known is dropped without an answer, as the gem does.
    }
    sender.pump()
  }

  step(outgoing: OutgoingStep): void {
    this.#parts?.sender.step(outgoing)
  }

  trimmed(rows: readonly number[]): void {
    for (const row of rows) this.#parts?.peer.known.forget(row)
  }

  ask(): void {
    const id = this.#unanswered.add({ kind: 'heartbeat', covers: [], position: 0 })
    this.#session.sendV1({ type: 'noop', id })
  }

  flushing(): void {
    this.#parts?.peer.acks.keep()
  }

  drained(): void {
    this.#parts?.sender.pump()
  }

  end(): void {
    this.#parts?.opening.end()
    this.#parts?.sender.end()
  }

  #stored(): Replica | undefined {
    return [...this.#context.clients.of(this.#uid)].find(({ version }) => version === 1)
  }

  /** The peer speaks version 1: it gets a writer id, once, and its last session makes room. */
  #open(): Parts {
    const { clients, environment, scriber, limits, time } = this.#context
    const stored = this.#stored()
    const reason = 'A newer session under this uid has taken its place: version 1 cannot tell two devices apart.'
    stored?.session?.end('SYNCRO_REPLACED', reason)
    const ledger = stored?.ledger ?? randomId(environment.random)
    const replica = clients.open(this.#uid, ledger, true, this.#session, time.now(), 1)
    clients.keep(replica)
    const [session, context, unanswered, owed] = [this.#session, this.#context, this.#unanswered, new Owed()]
    const acks = new Acks(session, context, replica, unanswered, owed)
    const known = new Known(limits.maxKnownFields)
    const writer = scriber.ledger.writers.number(ledger)
    const peer: Peer = { session, context, replica, writer, unanswered, known, owed, acks }
    const sender = new Sender(peer)
    const playing = new Playing(peer, sender)
    const opening = new Opening(peer, sender, playing, this.#isHistory, () => this.#ask(null))
    this.#session.speaksVersion1(replica)
    return { peer, sender, playing, opening }
  }

  #ask(from: string | number | null): void {
    const id = this.#unanswered.add({ kind: 'sync', covers: [], position: 0 })
    this.#session.sendV1({ type: 'sync', from, id })
  }

  #onResponse(parts: Parts, { id, result }: Response): void {
    const { peer, sender, opening } = parts
    const { request, lost } = this.#unanswered.answered(id)
    for (const one of lost) this.#lost(parts, one)
    if (request === undefined) return
    if (request.kind === 'sync') opening.answered(isList(result) ? result.map(parseScribe) : [])
    // Of what was lost nothing is acknowledged by what came behind it; it is told once more.
    else if (lost.length === 0 && !(request.kind === 'answer' && sender.isRepeated)) peer.acks.reached(request.position)
  }

  /** A request that the gem dropped unread, behind one that raised. */
  #lost({ peer, sender, opening }: Parts, { kind, covers }: Request): void {
    if (kind === 'sync') opening.answered([])
    else if (kind === 'answer') sender.repeat()
    else
      for (const { row } of covers) {
        peer.known.forget(row)
        sender.owe(row, 'whole')
      }
  }

  /** Errors do not say what they are about; that it is the oldest request is all there is to know (WIRE 6.7). */
  #onError({ peer, sender, opening }: Parts, code: number | null): void {
    const request = this.#unanswered.failed()
    if (request?.kind === 'sync') opening.answered([])
    else if (request?.kind === 'scribe') refused(peer, sender, request, code)
  }

  /** Calls wait for a version of their own; but who asks where we are, to skip history, is told. */
  #onCall({ id, klass, method }: Rpc): void {
    const { scriber } = this.#context
    const { last } = scriber.ledger.order
    if (klass === ownCalls && method === 'last_scribe_id') {
      const result = last === 0 ? 0 : scribeId(scriber.era, last)
      this.#session.sendV1({ type: 'response', id: id ?? null, result }, scriber.kept)
    } else this.#session.sendV1({ type: 'error', code: klass === ownCalls ? methodUnknown : classNotExposed })
  }
}

// Array.isArray does not tell a readonly array from an object.
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
