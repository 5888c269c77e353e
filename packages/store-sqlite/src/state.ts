/** What a ledger has beside its rows: where it stands, whom it knows, and what waits for a verdict. Each thing is a sealed text. */
import type { OutboxEntry, StoredReplica, StoreImage, StoreTransaction } from '@syncro/scriber'
import { type Database, damaged, type Statement } from './database.js'
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
      this.#run('INSERT OR REPLACE INTO syncro_state VALUES (?, ?)', [key, seal(JSON.stringify(value), key)])
    for (const replica of replicas) {
      const key = [replica.uid, replica.ledger]
      if ('seenMs' in replica)
        this.#run('INSERT OR REPLACE INTO syncro_replicas VALUES (?, ?, ?)', [...key, seal(JSON.stringify(replica))])
      else this.#run('DELETE FROM syncro_replicas WHERE uid = ? AND ledger = ?', key)
    }
    for (const [number, entry] of outbox)
      if (entry === undefined) this.#run('DELETE FROM syncro_outbox WHERE number = ?', [number])
      else this.#run('INSERT OR REPLACE INTO syncro_outbox VALUES (?, ?)', [number, seal(writeJson(entry as never))])
  }

  /** Everything but the rows; undefined for a ledger that was never begun. */
  read(): Omit<StoreImage, 'rows'> | undefined {
    const values = new Map<string, unknown>()
    for (const [key, sealed] of this.#all('SELECT key, sealed FROM syncro_state'))
      values.set(key as string, JSON.parse(this.#unsealed(sealed as string, `the ${key} is`, key as string)))
    if (!values.has('ledger')) return undefined
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
      replicas: this.#all('SELECT sealed FROM syncro_replicas').map(
        ([sealed]) => JSON.parse(this.#unsealed(sealed as string, 'a replica is')) as StoredReplica,
      ),
      outbox: this.#all('SELECT sealed FROM syncro_outbox ORDER BY number').map(
        ([sealed]) => readJson(this.#unsealed(sealed as string, 'a batch of the outbox is')) as unknown as OutboxEntry,
      ),
    }
  }

  #unsealed(sealed: string, what: string, beside = ''): string {
    const text = unseal(sealed, beside)
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
