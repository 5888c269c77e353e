/**
 * The beginning of a session of version 1: until the peer has answered our sync and has sent its own, whose `from` says what it lacks of ours,
 * nothing that it sends is played; and nothing is sent to it before that is played.
 */
import type { AddScribe, Scribe, Sync } from '@syncro/protocol'
import type { Stays } from './bridge-folding.js'
import type { Peer } from './bridge-peer.js'
import type { Playing } from './bridge-playing.js'
import type { Scope } from './bridge-rows.js'
import type { Sender } from './bridge-sender.js'
import { everythingStays, lackingStays, nothingStays, uncertainCovers } from './bridge-stays.js'
import type { Cover } from './bridge-unanswered.js'

export class Opening {
  readonly #peer: Peer
  readonly #sender: Sender
  readonly #playing: Playing
  readonly #askForAll: () => void
  /** Nothing of this client was ever played: what comes is history. */
  readonly #isHistory: boolean
  /** The answer to our sync; undefined until it came. */
  #answer: readonly (Scribe | null)[] | undefined
  /** Syncs of the peer's that wait for that. */
  readonly #syncs: Sync[] = []
  /** How the first of them is to be answered. */
  #scope: Scope | undefined
  /** Live scribes that came before the answer was played. */
  #held: AddScribe[] = []
  /** It lost what it had: it is asked for everything, which only fills gaps. */
  #isRefilling = false
  #isOver = false
  #isPatient = true
  #cancelWait: (() => void) | undefined

  /** @param askForAll sends a sync from the beginning. */
  constructor(peer: Peer, sender: Sender, playing: Playing, isHistory: boolean, askForAll: () => void) {
    this.#peer = peer
    this.#sender = sender
    this.#playing = playing
    this.#isHistory = isHistory
    this.#askForAll = askForAll
  }

  /** What comes from now on is live. */
  get isOver(): boolean {
    return this.#isOver
  }

  answered(answer: readonly (Scribe | null)[]): void {
    this.#answer = answer
    this.#settle()
  }

  sync(sync: Sync): void {
    this.#syncs.push(sync)
    this.#settle()
  }

  hold(message: AddScribe): void {
    const { session, context } = this.#peer
    const problem = 'The client sent more changes than are held for it before it has answered, or sent, its first sync.'
    if (this.#held.length < context.limits.maxHeldScribes) this.#held.push(message)
    else session.end('SYNCRO_SLOW', problem)
  }

  end(): void {
    this.#cancelWait?.()
    this.#held = []
  }

  /** Plays and answers what may now be played and answered. */
  #settle(): void {
    if (!this.#isOver) {
      const answer = this.#answer
      if (answer === undefined || (this.#syncs.length === 0 && !this.#hasWaited())) return
      this.#cancelWait?.()
      if (!this.#play(answer)) return
    }
    for (const { id, from } of this.#syncs.splice(0)) {
      // The first was judged before anything was played; one in the middle of a session is judged by itself.
      const scope = this.#scope ?? this.#peer.acks.judge(from, false)
      this.#scope = undefined
      this.#sender.answer(id ?? null, scope)
    }
  }

  /** False if more has to be asked for. */
  #play(answer: readonly (Scribe | null)[]): boolean {
    const { acks, session } = this.#peer
    const sync = this.#syncs[0]
    if (sync !== undefined) this.#scope ??= acks.judge(sync.from, this.#isHistory)
    const stays = this.#lacking()
    const uncertain = uncertainCovers(this.#peer, acks.before, this.#scope?.after ?? 0)
    this.#playAnswer(answer, this.#isRefilling ? everythingStays : stays)
    if (this.#scope?.give === 'all' && !this.#isHistory && !this.#isRefilling) {
      this.#isRefilling = true
      this.#answer = undefined
      this.#askForAll()
      return false
    }
    this.#isOver = true
    this.#playHeld(answer, stays)
    this.#repeatUncertain(uncertain)
    if (this.#scope !== undefined) acks.reached(this.#scope.deadAfter ?? this.#scope.after)
    session.caughtUp()
    return true
  }

  /**
   * What it made before it has read our answer does not touch what that will tell it; nor what it took in the last session without answering:
   * what it made of its own may have come before.
   */
  #lacking(): Stays {
    if (this.#scope === undefined) return nothingStays
    return lackingStays(this.#peer, Math.min(this.#peer.acks.before, this.#scope.deadAfter ?? this.#scope.after))
  }

  /** History is stamped from 0, just after the epoch: it fills gaps, and loses to whatever has a stamp of its own. */
  #playAnswer(answer: readonly (Scribe | null)[], stays: Stays): void {
    const { replica, context } = this.#peer
    const { clock } = context.scriber
    let count = 0
    if (this.#isHistory || this.#isRefilling) replica.lastScribe = ''
    const isFirst = this.#isHistory && !this.#isRefilling
    this.#playing.play(answer, stays, isFirst ? () => count++ : () => clock.next())
  }

  /** Those that the answer contained as well are not played again. */
  #playHeld(answer: readonly (Scribe | null)[], stays: Stays): void {
    const contained = new Set(answer.map((scribe) => scribe?.id ?? null))
    for (const held of this.#held.splice(0)) {
      const id = held.scribe?.id ?? null
      if (id !== null && contained.has(id)) this.#playing.confirm(held, 0)
      else this.#playing.live(held, stays)
    }
  }

  #repeatUncertain(covers: readonly Cover[]): void {
    for (const { row, fields } of covers) {
      this.#peer.known.forget(row)
      this.#sender.owe(row, fields ?? 'whole')
    }
  }

  /** Whether it has been given the time to send its sync: some never do, and their changes are not to wait for ever. */
  #hasWaited(): boolean {
    const { session, context } = this.#peer
    this.#cancelWait ??= context.environment.timers.set(context.limits.handshakeMs, () => {
      this.#isPatient = false
      session.run(() => this.#settle())
    })
    return !this.#isPatient
  }
}
