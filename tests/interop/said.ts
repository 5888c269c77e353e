/** What ours said beside what the gem said in its place: to the byte, but for the ids that each gives. */
import { encodeV1, type JsonObject, type JsonValue } from '@syncro/protocol'
import type { Link } from './replay.js'
import { bytesOf, type Frame } from './vector.js'

/** What two peers said, in two lists that have to be equal. */
export interface Compared {
  readonly ours: readonly unknown[]
  readonly recorded: readonly unknown[]
}

/** Answers and requests each keep their order; among each other they need not. */
export function compared({ ours, recorded }: Link): Compared {
  const said = { answers: ours.filter(isAnswer), requests: ours.filter(isRequest) }
  const then = recorded.filter(({ json }) => json !== null)
  const frames = {
    answers: then.filter(({ json }) => isAnswer(json)),
    requests: then.filter(({ json }) => isRequest(json)),
  }
  const pairs = [...paired(said.answers, frames.answers), ...paired(said.requests, frames.requests)]
  const shown = pairs.map(([message, frame]) => shownBoth(message, frame))
  return { ours: shown.map(([one]) => one), recorded: shown.map(([, one]) => one) }
}

function paired(
  messages: readonly JsonObject[],
  frames: readonly Frame[],
): [JsonObject | undefined, Frame | undefined][] {
  return Array.from({ length: Math.max(messages.length, frames.length) }, (_, at) => [messages[at], frames[at]])
}

/** A sync's answer is compared by what it comes to: the gem sends its history, ours sends rows. */
function shownBoth(message: JsonObject | undefined, frame: Frame | undefined): [unknown, unknown] {
  if (message === undefined || frame === undefined) return [message, frame?.json]
  const recorded = frame.json as JsonObject
  if (Array.isArray(recorded.result) && Array.isArray(message.result) && recorded.result.length > 0) {
    const then = outcomes(recorded.result as readonly JsonObject[])
    return [within(outcomes(message.result as readonly JsonObject[]), then), then]
  }
  const body = Buffer.from(encodeV1(named(message, recorded) as unknown as Parameters<typeof encodeV1>[0]))
  return [body.toString(), Buffer.from(bytesOf(frame).subarray(2)).toString()]
}

/** The message under the ids of the recorded one. */
function named(message: JsonObject, recorded: JsonObject): JsonObject {
  if (message.type === 'sync')
    return { ...message, from: bothText(message.from, recorded.from), id: recorded.id ?? null }
  if (message.type !== 'add_scribe') return message
  const scribe = message.scribe as JsonObject
  const id = (recorded.scribe as JsonObject | undefined)?.id ?? null
  return {
    ...message,
    scribe: { ...scribe, id: /^[0-9a-f]{26}$/.test(String(scribe.id)) ? id : (scribe.id ?? null) },
    id: recorded.id ?? null,
  }
}

/** A `from` names what the other gave, so it is the same: unless the other is named by what ours gave. */
function bothText(ours: JsonValue | undefined, recorded: JsonValue | undefined): JsonValue {
  return typeof ours === 'string' && typeof recorded === 'string' ? recorded : (ours ?? null)
}

type Outcomes = Record<string, Record<string, JsonValue> | null>

/** What a list of scribes leaves behind: null for a record that is destroyed. */
function outcomes(scribes: readonly JsonObject[]): Outcomes {
  const left: Outcomes = {}
  for (const { klass, type, data } of scribes) {
    const id = type === 'create' ? (data as JsonObject).id : (data as readonly JsonValue[])[0]
    const key = `${String(klass)} ${JSON.stringify(id)}`
    if (type === 'destroy') left[key] = null
    else if (type === 'create') left[key] = { ...(data as JsonObject) }
    else left[key] = { ...left[key], ...((data as readonly JsonValue[])[1] as JsonObject) }
  }
  // Who never had it lacks nothing of what is gone again.
  for (const key of Object.keys(left)) if (left[key] === null) delete left[key]
  return left
}

/** Ours may say more of a record than what is new of it: that replaces, and says the same. */
function within(ours: Outcomes, recorded: Outcomes): Outcomes {
  const part: Outcomes = {}
  for (const [key, fields] of Object.entries(ours)) {
    const wanted = recorded[key]
    if (wanted === undefined || wanted === null || fields === null) part[key] = fields
    else part[key] = Object.fromEntries(Object.entries(fields).filter(([name]) => name in wanted))
  }
  return part
}

function isAnswer(message: JsonValue): boolean {
  const type = (message as JsonObject | null)?.type
  return type === 'response' || type === 'error'
}

function isRequest(message: JsonValue): boolean {
  const type = (message as JsonObject | null)?.type
  return type === 'sync' || type === 'add_scribe'
}
