/** What a hostile client says: messages as they should be, mostly, one function a type. A new type of message needs a line here. */
import type { Message, V1Message } from '@syncro/protocol'
import { maxStamp } from '@syncro/scriber'
import {
  aValue,
  changeOf,
  cursorOf,
  eraOf,
  few,
  hexOf,
  idOf,
  type Known,
  oddly,
  placesOf,
  positionOf,
  requestOf,
  rowDigestOf,
  rowOf,
  scribeIdOf,
  scribeOf,
  serverEraOf,
  some,
  stampOf,
} from './session-draws.js'

type Drawn<All extends { readonly type: string }> = {
  readonly [Type in All['type']]: (known: Known) => Extract<All, { readonly type: Type }>
}

export const messages: Drawn<Message> = {
  resume: (known) => ({ type: 'resume', cursor: known.random.chance(0.3) ? null : cursorOf(known) }),
  resumed: ({ random }) => ({ type: 'resumed', good: random.chance(0.5), rows: random.pick([0, 1, 5, 2 ** 40]) }),
  digest: (known) => ({
    type: 'digest',
    oldest: oddly(known, 0, [1, maxStamp]),
    parts: few(known, (one) => [
      hexOf(one, 7),
      Array.from({ length: 16 }, () => [one.random.below(3), hexOf(one, 16, 16)]),
    ]),
    lists: few(known, (one) => [hexOf(one, 8), few(one, rowDigestOf), few(one, rowDigestOf)]),
    differing: few(known, rowDigestOf),
    absent: few(known, rowDigestOf),
  }),
  batch: (known) => ({ type: 'batch', stamp: stampOf(known), writer: eraOf(known), changes: some(known, 4, changeOf) }),
  'catch-up': ({ random }) => ({ type: 'catch-up', rows: random.pick([0, 1, 5, 2 ** 40]) }),
  rows: (known) => ({ type: 'rows', writers: [eraOf(known), known.server.era], rows: some(known, 4, rowOf) }),
  'caught-up': () => ({ type: 'caught-up' }),
  mark: (known) => ({ type: 'mark', era: eraOf(known), ...placesOf(known, ++known.position) }),
  ack: (known) => ({ type: 'ack', era: serverEraOf(known), position: positionOf(known, known.server.position) }),
  ping: ({ nowMs }) => ({ type: 'ping', clock: nowMs }),
  pong: ({ nowMs }) => ({ type: 'pong', clock: nowMs, received: nowMs, sent: nowMs }),
  error: ({ random }) => ({ type: 'error', code: random.pick(codes), message: 'x'.repeat(random.below(50)) }),
}

export const v1Messages: Drawn<V1Message> = {
  hello: (known) => ({
    type: 'hello',
    uid: oddly(known, known.uid, ['', 'server', 'friend', 'x'.repeat(257)], 0.01),
    versions: oddly(known, [2], [[3, 2], [7], []], 0.01),
    ledger: oddly(known, known.ledger, [known.server.ledger, idOf(known)], 0.01),
    era: oddly(known, known.era, [known.server.era, idOf(known)], 0.01),
    space: oddly(known, '', ['elsewhere'], 0.01),
    view: oddly(known, '', ['a part'], 0.01),
    durable: known.random.chance(0.5),
    clock: known.nowMs,
    number: known.random.below(5),
    ...(known.random.chance(0.5) ? { encodings: ['binary'] } : {}),
    ...(known.random.chance(0.2) ? { auth: aValue(known) } : {}),
  }),
  upgrade: ({ nowMs }) => ({ type: 'upgrade', version: 2, clock: nowMs, received: nowMs, sent: nowMs }),
  sync: (known) => ({
    type: 'sync',
    from: known.random.pick([null, null, '', 7, scribeIdOf(known)]),
    ...requestOf(known),
  }),
  add_scribe: (known) => ({ type: 'add_scribe', scribe: scribeOf(known), ...requestOf(known) }),
  response: (known) => ({
    type: 'response',
    id: known.random.pick([1, 2, 3, 4, 99, null, '1']),
    result: known.random.chance(0.3) ? some(known, 4, scribeOf).map((scribe) => ({ ...scribe })) : true,
  }),
  error: ({ random }) => ({ type: 'error', code: random.pick([0, 403, 404, 405, -1]) }),
  rpc: (known) => ({
    type: 'rpc',
    klass: known.random.pick(['Syncro::RPC::Default', 'Todo', null]),
    method: known.random.pick(['last_scribe_id', 'instance_eval', 'constructor', null]),
    args: [],
    ...requestOf(known),
  }),
  noop: (known) => ({ type: 'noop', ...requestOf(known) }),
}

const codes = ['SYNCRO_CLOCK', 'SYNCRO_COPIED', 'SYNCRO_INTERNAL', 'SYNCRO_SLOW', 'constructor', 'X', '__proto__']
