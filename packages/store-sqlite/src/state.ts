/** What a ledger has beside its rows: where it stands, whom it knows, and what waits for a verdict. Each thing is a sealed text. */
import type { OutboxEntry, StoredReplica, StoreImage, StoreTransaction } from '@syncro/scriber'
import type { ReadCell } from './cell.js'
import { type Database, damaged, type Statement, textOf } from './database.js'
import { seal, unseal } from './seal.js'
import { readJson, writeJson } from './value-json.js'

/** What is stored under a key of its own. */
const keys = ['ledger', 'eras', 'clock', 'shared', 'ages', 'position', 'floor'] as const

type Key = (typeof keys)[number]

/** Of several transactions: what is to be stored once they are kept together. */
export class StateChanges {
  readonly #values = new Map<Key, unknown>()
  readonly #replicas = new Map<string, StoredReplica | { readonly uid: string; readonly ledger: string }>()
  readonly #outbox = new Map<number, OutboxEntry | undefined>()

  add(transaction: StoreTransaction): void {
    for (const key of keys) {
      const value = transaction[key]
      if (value !== undefined) this.#values.set(key, value)
    }
    for (const replica of transaction.replicas ?? []) this.#replicas.set(replicaKey(replica), replica)
    for (const replica of transaction.forgotten ?? []) this.#replicas.set(replicaKey(replica), replica)
    for (const entry of transaction.outbox?.put ?? []) this.#outbox.set(entry.number, entry)
    for (const number of transaction.outbox?.remove ?? []) this.#outbox.set(number, undefined)
  }

  get values(): ReadonlyMap<Key, unknown> {
    return this.#values
  }

  get replicas(): IterableIterator<StoredReplica | { readonly uid: string; readonly ledger: string }> {
    return this.#replicas.values()
  }

  get outbox(): ReadonlyMap<number, OutboxEntry | undefined> {
    return this.#outbox
  }
}

export class State {
  readonly #database: Database
  readonly #path: string
  readonly #statements = new Map<string, Statement>()

  constructor(database: Database, path: string) {
    this.#database = database
    this.#path = path
  }

  store({ values, replicas, outbox }: StateChanges): void {
    for (const [key, value] of values)
      this.#run('INSERT OR REPLACE INTO syncro_state VALUES (?, ?)', [key, seal(JSON.stringify(value), [key])])
    for (const replica of replicas) {
      const key = [replica.uid, replica.ledger]
      if ('seenMs' in replica)
        this.#run('INSERT OR REPLACE INTO syncro_replicas VALUES (?, ?, ?)', [
          ...key,
          seal(JSON.stringify(replica), key),
        ])
      else this.#run('DELETE FROM syncro_replicas WHERE uid = ? AND ledger = ?', key)
    }
    for (const [number, entry] of outbox)
      if (entry === undefined) this.#run('DELETE FROM syncro_outbox WHERE number = ?', [number])
      else
        this.#run('INSERT OR REPLACE INTO syncro_outbox VALUES (?, ?)', [
          number,
          seal(writeJson(entry as never), [number]),
        ])
  }

  /** Everything but the rows; undefined for a ledger that was never begun. */
  read(): Omit<StoreImage, 'rows'> | undefined {
    const values = new Map<string, unknown>()
    for (const [keyRead, sealed] of this.#all('SELECT CAST(key AS BLOB), CAST(sealed AS BLOB) FROM syncro_state')) {
      const key = textOf(keyRead)
      values.set(key, JSON.parse(this.#unsealed(sealed, `the ${key} is`, [key])))
    }
    if (!values.has('ledger')) return this.#unbegun(values.size)
    const value = <Name extends Key>(key: Name, initial: StoreImage[Name]) =>
      (values.get(key) ?? initial) as StoreImage[Name]
    return {
      ledger: value('ledger', ''),
      eras: value('eras', []),
      clock: value('clock', -1),
      shared: value('shared', -1),
      ages: value('ages', []),
      position: value('position', 0),
      floor: value('floor', 0),
      replicas: this.#all(
        'SELECT CAST(uid AS BLOB), CAST(ledger AS BLOB), CAST(sealed AS BLOB) FROM syncro_replicas',
      ).map(
        ([uid, ledger, sealed]) =>
          JSON.parse(this.#unsealed(sealed, 'a replica is', [textOf(uid), textOf(ledger)])) as StoredReplica,
      ),
      outbox: this.#all('SELECT number, CAST(sealed AS BLOB) FROM syncro_outbox ORDER BY number').map(
        ([number, sealed]) =>
          readJson(this.#unsealed(sealed, 'a batch of the outbox is', [number as number])) as unknown as OutboxEntry,
      ),
    }
  }

  /** A file that nobody has kept anything in. What has rows has a ledger. */
  #unbegun(values: number): undefined {
    const others = ['syncro_rows', 'syncro_replicas', 'syncro_outbox'].map((table) => `EXISTS (SELECT 1 FROM ${table})`)
    if (values === 0 && this.#all(`SELECT ${others.join(' OR ')}`)[0]![0] === 0) return undefined
    throw damaged(this.#path, 'it has records, and does not say whose')
  }

  #unsealed(sealed: ReadCell | undefined, what: string, key: readonly (string | number)[]): string {
    const text = unseal(textOf(sealed), key)
    if (text === undefined) throw damaged(this.#path, `${what} not as it was written`)
    return text
  }

  #all(sql: string) {
    return this.#database.prepare(sql).all([])
  }

  #run(sql: string, parameters: readonly (string | number)[]): void {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    statement.run(parameters)
  }
}

function replicaKey({ uid, ledger }: { readonly uid: string; readonly ledger: string }): string {
  return `${ledger} ${uid}`
}
