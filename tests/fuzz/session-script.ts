/** What a hostile client does, step by step: a beginning as it should be, up to some point, then anything. */
import { encodeMessage, encodeV1, type Message, ProtocolError, type V1Message } from '@syncro/protocol'
import type { SeededRandom } from '@syncro/scriber/testing'
import { BinarySession } from '../../packages/protocol/test/binary-session.js'
import { awareMutators } from './aware-mutators.js'
import { blindMutators, lengthLie } from './blind-mutators.js'
import { hexOf } from './campaign.js'
import { framed } from './inputs.js'
import { textOf, treeOf } from './json-tree.js'
import { idOf, type Known } from './session-draws.js'
import { messages, v1Messages } from './session-messages.js'
import type { Setting } from './session-setting.js'

/** `on` is the number of the connection that a step is about. */
export type Step =
  | { readonly does: 'connects' }
  | { readonly does: 'sends'; readonly on: number; readonly bytes: Uint8Array; readonly what: string }
  | { readonly does: 'is heard'; readonly on: number; readonly chunk: number }
  | { readonly does: 'echoes' | 'stops reading' | 'reads' | 'hangs up' | 'ends' | 'is closed'; readonly on: number }
  | { readonly does: 'waits'; readonly ms: number }
  | { readonly does: 'lets others change'; readonly by: 'server' | 'friend' }
  | { readonly does: 'settles' }

/** What is said: a body, and whether its sender means version 1 or 2. */
interface Said {
  readonly body: Uint8Array
  readonly version: 1 | 2
  readonly what: string
}

/** Who speaks over one connection, and how. */
interface Speaker {
  readonly known: Known
  readonly version: 1 | 2
  /** Its end of the session, if it speaks the binary encoding. */
  readonly binary?: BinarySession
}

/** Messages that leave a session alive, if they are right: drawn more often, or scripts would end with their first. */
const lively = ['batch', 'batch', 'rows', 'mark', 'ack', 'ping', 'pong', 'digest', 'catch-up', 'caught-up'] as const
const v1Lively = ['sync', 'add_scribe', 'add_scribe', 'response', 'noop', 'rpc', 'error'] as const
const v1Opening = ['sync', 'response', 'noop'] as const
const handshake = ['hello', 'upgrade'] as const
const opening = ['resume', 'resumed', 'catch-up', 'rows', 'caught-up', 'mark'] as const
const types = Object.keys(messages) as Message['type'][]
const v1Types = Object.keys(v1Messages) as V1Message['type'][]
const aware = Object.values(awareMutators)
const blind = Object.values(blindMutators)

export function scriptOf(known: Known, { role, borders }: Setting): Step[] {
  const { random } = known
  const steps: Step[] = []
  for (let on = 0; on === 0 || (on < 4 && random.chance(0.3)); on++) {
    const version = role !== 'accepts' && random.chance(0.5) ? 1 : 2
    const speaker: Speaker = { known, version, ...(random.chance(0.5) ? { binary: new BinarySession() } : {}) }
    const says = (said: Said): Step => {
      const bytes = borders ? said.body : frameOf(said, random)
      return { does: 'sends', on, bytes, what: said.what }
    }
    steps.push({ does: 'connects' })
    if (random.chance(0.08)) {
      steps.push(...openingOf(speaker).map(says), { does: 'settles' }, { does: 'stops reading', on })
      steps.push(...flood(speaker).map(says), { does: 'settles' })
    } else for (const said of conversationOf(speaker)) steps.push(says(said), ...between(random, on))
    if (random.chance(0.2)) steps.push({ does: random.pick(['hangs up', 'ends', 'is closed']), on })
    // The next one is another device of its, or the same again.
    if (random.chance(0.5)) known.ledger = idOf(known)
    if (random.chance(0.5)) known.era = idOf(known)
  }
  return steps
}

export function sayStep(step: Step): string {
  if (step.does === 'sends') return `${step.on} sends ${step.what} ${hexOf(step.bytes)}`
  return Object.values(step).join(' ')
}

/** A conversation in one version: an opening, whole or not, then what is drawn; rarely in no order at all. */
function conversationOf(speaker: Speaker): Said[] {
  const { random } = speaker.known
  const begin = openingOf(speaker)
  const said = random.chance(0.8) ? begin : begin.slice(0, random.below(begin.length + 1))
  for (let count = random.below(20); count > 0; count--) said.push(anyOf(speaker, said))
  return random.chance(0.05) ? random.shuffled(said) : said
}

function openingOf(speaker: Speaker): Said[] {
  if (speaker.version === 1) return v1Opening.map((type) => v1(speaker, type))
  return [...handshake.map((type) => v1(speaker, type)), ...opening.map((type) => v2(speaker, type))]
}

function anyOf(speaker: Speaker, before: readonly Said[]): Said {
  const { version, binary } = speaker
  const { random } = speaker.known
  const dice = random.below(100)
  if (dice < 8 && before.length > 0) return { ...random.pick(before), what: 'again' }
  if (dice < 10)
    return random.chance(version === 1 ? 0.8 : 0.3)
      ? v1(speaker, random.pick(v1Types))
      : v2(speaker, random.pick(types))
  const said = version === 1 ? v1(speaker, random.pick(v1Lively)) : v2(speaker, random.pick(lively))
  if (dice < 20 && (version === 1 || binary === undefined))
    return { ...said, body: spoiltAware(said.body, random), what: 'aware' }
  if (dice < 21) return { ...said, body: random.pick(blind)(said.body, random, said.body), what: 'blind' }
  return said
}

/** The same in masses, as fast as it can be said, and nothing is read of what it is answered. */
function flood(speaker: Speaker): Said[] {
  const { random } = speaker.known
  const once =
    speaker.version === 1
      ? v1(speaker, random.pick(v1Lively))
      : v2(speaker, random.pick(['ping', 'ping', 'mark', 'batch']))
  return Array.from({ length: 200 + random.below(600) }, () => ({ ...once, what: 'flood' }))
}

function spoiltAware(body: Uint8Array, random: SeededRandom): Uint8Array {
  const root = treeOf(JSON.parse(Buffer.from(body).toString()))
  return Buffer.from(textOf(random.pick(aware)(root, random, root)))
}

/** A frame of the width that belongs to the version; rarely of the other, or with a wrong length. */
function frameOf({ body, version }: Said, random: SeededRandom): Uint8Array {
  const isOther = random.chance(0.01)
  const width = (version === 1) !== isOther ? 16 : 32
  const frame = framed(body, width)
  return random.chance(0.01) ? lengthLie(frame, random, width) : frame
}

function v1({ known, binary }: Speaker, type: V1Message['type']): Said {
  const message = v1Messages[type](known)
  const isUpgrade = binary !== undefined && message.type === 'upgrade'
  return { body: encodeV1(isUpgrade ? { ...message, encoding: 'binary' } : message), version: 1, what: type }
}

function v2({ known, binary }: Speaker, type: Message['type']): Said {
  const message = messages[type](known)
  return { body: binary === undefined ? encodeMessage(message) : encoded(binary, message), version: 2, what: type }
}

/** In the binary encoding; what cannot be said in it goes as JSON, which is as wrong as anything. */
function encoded(session: BinarySession, message: Message): Uint8Array {
  try {
    return session.encode(message)
  } catch (error) {
    if (error instanceof ProtocolError) return encodeMessage(message)
    throw error
  }
}

/** What happens between two messages: mostly nothing, so that many are under way at once. */
function between(random: SeededRandom, on: number): Step[] {
  const dice = random.below(100)
  if (dice < 60) return []
  if (dice < 75) return [{ does: 'is heard', on, chunk: random.pick([1, 2, 7, 100, 10_000]) }]
  if (dice < 85) return [{ does: 'settles' }]
  if (dice < 90) return [{ does: 'lets others change', by: random.pick(['server', 'friend']) }]
  if (dice < 94) return [{ does: random.pick(['echoes', 'stops reading', 'reads']), on }]
  if (dice < 99) return [{ does: 'waits', ms: random.pick([10, 10, 1_000, 9_999, 10_000, 40_000]) }]
  return [{ does: random.pick(['hangs up', 'ends', 'is closed']), on: random.below(on + 1) }]
}
