/** What holds at every step that a client takes, whatever came before. */
import assert from 'node:assert/strict'
import type { Batch, Cursor, Ledger, Scriber, Step } from '@syncro/scriber'
import { imagesOf, ledgerOf, shown, stateOf, wholeOf } from '../../packages/scriber/test/recorders.js'
import { type Client, record } from './client.js'

/** A client as it was before a step. */
export interface Before {
  readonly shown: Shown
  /** The fields that are kept, those that do not count included. */
  readonly kept: readonly string[]
  readonly clock: number
  readonly steps: number
  readonly cursor: Cursor
}

type Shown = { readonly [field: string]: unknown } | undefined

export function before({ scriber, steps }: Client): Before {
  const { ledgerId: ledger, place, clock } = scriber
  return {
    shown: shownBy(scriber),
    kept: keptBy(scriber),
    clock: clock.last,
    steps: steps.length,
    cursor: { ledger, ...place, view: '' },
  }
}

/** An operation: its stamp is newer than any that the client gave out or saw, and a birth brings along what it overcomes. */
export function checkOperation(was: Before, client: Client): void {
  const { scriber, steps } = client
  for (const { batch, origin } of steps.slice(was.steps)) {
    assert.equal(origin, undefined)
    assert.equal(batch!.writer, scriber.era)
    assert.ok(batch!.stamp > was.clock, 'stamps rise')
    for (const { type, after, fields } of batch!.changes) {
      if (type === 'restore') assert.deepEqual(Object.keys(fields!).sort(), was.kept, 'a restore writes what is kept')
      if (type === 'create' || type === 'restore') assert.deepEqual(after, lifeIn(scriber).destroy)
    }
  }
  checkTold(was, client)
}

/** A restart: nothing is lost and nothing is told, the clock goes on, and a cursor that was good is good. */
export function checkRestart(was: Before, { scriber, steps }: Client): void {
  assert.equal(steps.length, was.steps)
  assert.deepEqual(shownBy(scriber), was.shown)
  assert.equal(scriber.clock.last, was.clock, 'the clock goes on')
  assert.notEqual(scriber.era, was.cursor.era)
  assert.ok(scriber.isGood(was.cursor))
}

/** A batch that came: only a birth gives life. */
export function checkBatch(was: Before, client: Client, { changes }: Batch): void {
  const gives = changes.some(({ type }) => type === 'create' || type === 'restore')
  if (!gives && was.shown === undefined) assert.equal(shownBy(client.scriber), undefined, 'an edit never resurrects')
  checkTold(was, client)
}

/** One step is told for whatever moved the ledger on, or is to be sent back; its effects lead from what was shown to what is. */
export function checkTold(was: Before, { scriber, steps }: Client): void {
  const told = steps.slice(was.steps)
  if (scriber.place.position > was.cursor.position) assert.equal(told.length, 1)
  else assert.ok(told.length <= 1 && told.every(isSentBack))
  const effects = told.flatMap((step) => step.effects.map(({ type, fields }) => effectText(type, fields)))
  assert.deepEqual(effects, leading(was.shown, shownBy(scriber)))
}

/** Whatever step was taken. */
export function checkState({ ledger, clock }: Scriber): void {
  const table = ledger.findTable(record.name)
  const slot = table?.slot(record.id)
  if (table === undefined || slot === undefined) return
  const lives = table.lives(slot)
  assert.equal(table.living, lives ? 1 : 0)
  assert.ok(clock.last >= Math.max(table.birth(slot), table.destroy(slot)))
  for (const column of table.columns.values()) {
    if (!column.has(slot)) continue
    assert.ok(clock.last >= column.stamp(slot), 'the clock has seen every stamp')
    if (lives) assert.ok(table.counts(slot, column.stamp(slot), column.writer(slot)), 'what is kept counts')
  }
}

/** What a restart would find. */
export function checkStored(reopened: Scriber, { ledger, clock }: Scriber): void {
  assert.deepEqual(wholeOf(reopened.ledger), wholeOf(ledger))
  assert.equal(reopened.clock.last, clock.last)
}

/** What is known already changes nothing, however often it comes: the batches, and all rows of one's own. Told is only what its sender lacks. */
export function checkRepetition({ scriber, steps }: Client, batches: readonly Batch[]): void {
  const told = steps.length
  const { last } = scriber.ledger.order
  const before = stateOf(scriber.ledger)
  for (const batch of batches) assert.equal(scriber.replay(batch, 'again').effective, false)
  const sentBack = steps.slice(told)
  assert.ok(sentBack.every(isSentBack))
  // Its place is another at most once: nobody has acknowledged that one.
  assert.ok(scriber.ledger.order.last <= last + Math.min(1, sentBack.length))
  const { position } = scriber.place
  assert.equal(scriber.replayRows([...scriber.since(0)], 'again').effective, false)
  assert.equal(steps.length, told + sentBack.length)
  assert.equal(scriber.place.position, position)
  assert.deepEqual(stateOf(scriber.ledger), before)
}

/** All that a ledger holds gives an empty one the same state, and nothing beside. */
export function checkFirstCatchUp({ ledger }: Scriber): void {
  const images = imagesOf(ledger)
  const empty = ledgerOf([])
  empty.mergeRows(images)
  assert.deepEqual(stateOf(empty), stateOf(ledger))
  assert.deepEqual(imagesOf(empty), images)
}

function isSentBack({ batch, rows, effects, outlived }: Step): boolean {
  return batch === undefined && rows.length + effects.length === 0 && outlived.length > 0
}

function shownBy({ ledger }: Scriber): Shown {
  return shown(ledger, record.name, record.id)
}

function keptBy({ ledger }: Scriber): readonly string[] {
  const table = ledger.findTable(record.name)
  const slot = table?.slot(record.id)
  if (table === undefined || slot === undefined) return []
  return record.fields.filter((field) => table.columns.get(field)?.has(slot))
}

function lifeIn({ ledger }: Scriber): ReturnType<Ledger['life']> {
  const table = ledger.table(record.name)
  return ledger.life(table, table.slot(record.id)!)
}

/** The effects that lead from one thing shown to another. */
function leading(from: Shown, to: Shown): string[] {
  if (from === undefined) return to === undefined ? [] : [effectText('created', Object.keys(to))]
  if (to === undefined) return [effectText('destroyed', [])]
  const fields = record.fields.filter((field) => from[field] !== to[field])
  return fields.length === 0 ? [] : [effectText('changed', fields)]
}

function effectText(type: string, fields: readonly string[]): string {
  return [type, ...[...fields].sort()].join(' ')
}
