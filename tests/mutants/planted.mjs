// Faults to be planted one at a time, each with the suites that claim to see it. `find` stands in the file just once.

/**
 * @typedef {object} Planted
 * @property {string} name what is wrong with it, as a sentence about the code
 * @property {string} file
 * @property {string} find
 * @property {string} put
 * @property {readonly string[]} claims test files, the quickest first
 */

const scriber = (/** @type {string} */ file) => `packages/scriber/${file}`
const core = (/** @type {string} */ file) => `packages/core/${file}`
const convergence = scriber('test/convergence.test.ts')
const faults = core('test/faults.test.ts')
const stored = core('test/stored.test.ts')
const compare = core('test/compare.test.ts')

/** @type {readonly Planted[]} */
export const planted = [
  {
    name: 'the lesser stamp wins',
    file: scriber('src/writers.ts'),
    find: 'if (a !== b) return a > b',
    put: 'if (a !== b) return a < b',
    claims: [scriber('src/ledger.test.ts'), convergence],
  },
  {
    name: 'at equal stamps whoever comes last wins',
    file: scriber('src/writers.ts'),
    find: 'return aWriter !== bWriter && this.#ids[aWriter]! > this.#ids[bWriter]!',
    put: 'return aWriter !== bWriter',
    claims: [scriber('src/ledger.test.ts'), convergence],
  },
  {
    name: 'of two values under one stamp the first to come stays',
    file: scriber('src/merging.ts'),
    find: 'return compareValues(value, mine) > 0',
    put: 'return false',
    claims: [scriber('src/ledger.test.ts'), convergence],
  },
  {
    name: 'a field older than the destroy counts, and an edit brings a record back',
    file: scriber('src/table.ts'),
    find: 'return destroy < 0 || this.#writers.newer(stamp, writer, destroy, this.destroyWriter(slot))',
    put: 'return true || destroy < stamp || writer < 0',
    claims: [scriber('src/ledger.test.ts'), convergence],
  },
  {
    name: 'a birth as old as the destroy lives',
    file: scriber('src/table.ts'),
    find: 'return destroy === birth && this.#writers.newer(birth, this.birthWriter(slot), destroy, this.destroyWriter(slot))',
    put: 'return destroy === birth',
    claims: [convergence, scriber('src/ledger.test.ts')],
  },
  {
    name: 'a restore does not carry the destroy that it overcomes',
    file: scriber('src/transaction.ts'),
    find: 'const after = table.destroy(slot) < 0 ? undefined : this.#ledger.life(table, slot).destroy',
    put: 'const after = undefined',
    claims: [scriber('src/transaction.test.ts'), convergence],
  },
  {
    name: 'the clock follows wall time back',
    file: scriber('src/clock.ts'),
    find: 'this.#last = Math.max(this.#last + 1, Math.min(stampAt(this.#nowMs()), maxStamp))',
    put: 'this.#last = Math.min(stampAt(this.#nowMs()), maxStamp)',
    claims: [scriber('src/clock.test.ts')],
  },
  {
    name: 'a restart forgets the clock',
    file: scriber('src/scriber.ts'),
    find: 'this.#clock = new Clock(now, image?.clock)',
    put: 'this.#clock = new Clock(now)',
    claims: [scriber('src/scriber.test.ts'), core('test/restart.test.ts')],
  },
  {
    name: 'the clock does not take note of what was replayed',
    file: scriber('src/clock.ts'),
    find: 'if (stamp > this.#last) this.#last = stamp',
    put: 'if (stamp < 0) this.#last = stamp',
    claims: [scriber('src/clock.test.ts'), scriber('src/scriber.test.ts')],
  },
  {
    name: 'what is made anew loses to what it won over',
    file: scriber('src/restamping.ts'),
    find: 'return { written, newestKept: kept, newest, batches: ages.size }',
    put: 'return { written, newestKept: -1, newest, batches: ages.size }',
    claims: [scriber('src/restamping.test.ts')],
  },
  {
    name: 'a walk does not notice that the row under it has moved',
    file: scriber('src/arrival-order.ts'),
    find: 'if (row === this.#row) this.#row = this.#order.following(row)',
    put: 'if (row < 0) this.#row = this.#order.following(row)',
    claims: [scriber('src/arrival-order.test.ts'), faults],
  },
  {
    name: 'a transaction counts as stored before the one before it is',
    file: scriber('src/keeper.ts'),
    find: '      await before\n',
    put: '',
    claims: [scriber('src/keeper.test.ts'), stored],
  },
  {
    name: 'a transaction that throws leaves what it created',
    file: scriber('src/transaction.ts'),
    find: 'if (entry.fresh) this.#ledger.release(table, slot)',
    put: 'if (entry.fresh && slot < 0) this.#ledger.release(table, slot)',
    claims: [scriber('src/transaction.test.ts')],
  },
  {
    name: 'a tombstone is trimmed before everybody has it',
    file: scriber('src/trimming.ts'),
    find: 'ledger.order.position(table.row(slot)) <= upTo &&',
    put: 'ledger.order.position(table.row(slot)) >= 0 && upTo >= 0 &&',
    claims: [scriber('src/trimming.test.ts'), core('test/trimming.test.ts')],
  },
  {
    name: 'a tombstone is trimmed although it is not old',
    file: scriber('src/trimming.ts'),
    find: 'newestStamp(table, slot) < olderThan',
    put: 'newestStamp(table, slot) < olderThan + 1e15',
    claims: [scriber('src/trimming.test.ts'), core('test/trimming.test.ts')],
  },
  {
    name: 'a cursor below the floor is good',
    file: scriber('src/eras.ts'),
    find: 'return position >= this.#floor && position <= this.#endOf(cursor)',
    put: 'return position <= this.#endOf(cursor)',
    claims: [scriber('src/trimming.test.ts'), compare],
  },
  {
    name: 'a cursor beyond the end of its era is good',
    file: scriber('src/eras.ts'),
    find: 'return at < 0 ? -1 : (this.#list[at + 1]?.began ?? this.#ledger.order.last)',
    put: 'return at < 0 ? -1 : Number.MAX_SAFE_INTEGER',
    claims: [scriber('src/scriber.test.ts'), core('test/restart.test.ts')],
  },
  {
    name: 'a digest says nothing of values',
    file: scriber('src/row-digest.ts'),
    find: 'const value = canonicalText(column.get(slot)!)',
    put: "const value = canonicalText('')",
    claims: [scriber('src/digest.test.ts')],
  },
  {
    name: 'a row that changed is counted twice in the sums',
    file: scriber('src/digest.ts'),
    find: '    this.#count(row, leftOut)\n    this.#digestHigh[row] = high',
    put: '    this.#part[row] = leftOut\n    this.#digestHigh[row] = high',
    claims: [scriber('src/digest.test.ts')],
  },
  {
    name: 'what is not stored leaves',
    file: core('src/outbound.ts'),
    find: 'if (first === undefined || first.kept > stored) return undefined',
    put: 'if (first === undefined || stored < 0) return undefined',
    claims: [core('src/outbound.test.ts'), stored],
  },
  {
    name: 'a mark is acknowledged before its cursor is stored',
    file: core('src/exchange.ts'),
    find: 'position: acknowledge.position }, acknowledge.kept)',
    put: 'position: acknowledge.position }, 0)',
    claims: [stored],
  },
  {
    name: 'a mark passes the rows that a catch-up has still to send',
    file: core('src/feed.ts'),
    find: 'else if (source.isInOrder) this.#mark(source.walk.reached, source.since)',
    put: 'else if (source.isInOrder) this.#mark(this.#through)',
    claims: [core('test/flow.test.ts'), faults],
  },
  {
    name: 'a mark in a catch-up forgets that fields are still to come',
    file: core('src/feed.ts'),
    find: 'else if (source.isInOrder) this.#mark(source.walk.reached, source.since)',
    put: 'else if (source.isInOrder) this.#mark(source.walk.reached)',
    claims: [faults],
  },
  {
    name: 'who falls behind goes on from the end',
    file: core('src/feed.ts'),
    find: '      this.#through = this.#source.walk.reached\n',
    put: '      this.#through = this.#context.scriber.ledger.order.last\n',
    claims: [core('test/flow.test.ts'), faults],
  },
  {
    name: 'a batch goes back to the session that it came through',
    file: core('src/feed.ts'),
    find: 'if (!isTheirs && !this.#held.holdsStep(outgoing))',
    put: 'if (!this.#held.holdsStep(outgoing))',
    claims: [core('test/exchange.test.ts')],
  },
  {
    name: 'rows that are touched ahead of a catch-up are not sent',
    file: core('src/feed.ts'),
    find: 'for (const row of source.walk.takeOvertaken()) {',
    put: 'for (const row of source.walk.takeOvertaken().slice(1e9)) {',
    claims: [core('test/flow.test.ts'), faults],
  },
  {
    name: 'the last frame is lost when a session ends',
    file: core('src/outbound.ts'),
    find: '    this.#writeStored()\n    this.#drop()\n',
    put: '    this.#drop()\n',
    claims: [core('src/outbound.test.ts'), core('test/players.test.ts')],
  },
  {
    name: 'a batch is sent change by change',
    file: core('src/outgoing-step.ts'),
    find: ': [encodeMessageFrame(batchMessage(this.step.batch))]',
    put: ': this.step.batch.changes.map((one) => encodeMessageFrame(batchMessage({ ...this.step.batch!, changes: [one] })))',
    claims: [core('test/exchange.test.ts'), core('test/players.test.ts')],
  },
  {
    name: 'a stamp from the future is made smaller instead of refused',
    file: core('src/exchange.ts'),
    find: '    this.#checkTime(this.#guard.waitForBatch(batch))\n    this.#replayed(this.#context.scriber.replay(batch, this.#session))',
    put: '    const stamp = this.#guard.waitForBatch(batch) === 0 ? batch.stamp : this.#context.scriber.clock.last\n    this.#replayed(this.#context.scriber.replay({ ...batch, stamp }, this.#session))',
    claims: [core('test/clock.test.ts')],
  },
  {
    name: 'a stamp from the future is taken',
    file: core('src/guard.ts'),
    find: 'return stamp <= greatest ? 0 : wallMsOf(stamp) - wallMsOf(greatest) + 1',
    put: 'return stamp <= greatest + 1e15 ? 0 : wallMsOf(stamp) - wallMsOf(greatest) + 1',
    claims: [core('src/guard.test.ts'), core('test/clock.test.ts')],
  },
  {
    name: 'what is too new for a peer is marked as sent',
    file: core('src/feed.ts'),
    find: '    if (!this.#held.isEmpty) return\n    const { scriber }',
    put: '    const { scriber }',
    claims: [core('test/clock.test.ts')],
  },
  {
    name: 'cursors are kept when changes are made anew',
    file: core('src/time-setting.ts'),
    find: 'beside: () => ({ replicas: this.#clients.dropCursors() }),',
    put: 'beside: () => ({}),',
    claims: [core('test/clock.test.ts')],
  },
  {
    name: 'the newer of two sessions stays, on each side another',
    file: core('src/hello.ts'),
    find: 'return ourLedger < hello.ledger ? session.number > other.number : hello.number > other.hello.number',
    put: 'return session.number > other.number || ourLedger === hello.ledger',
    claims: [core('test/sessions.test.ts')],
  },
  {
    name: 'a copied ledger takes the place of the original',
    file: core('src/handshake.ts'),
    find: 'if (!isAlive) this.#replace(hello, other)',
    put: 'if (!isAlive || hello.number >= 0) this.#replace(hello, other)',
    claims: [core('test/copies.test.ts')],
  },
  {
    name: 'a dead peer is never noticed',
    file: core('src/heartbeat.ts'),
    find: 'if (this.#silentTicks >= this.#ticksIn(deadAfterMs)) this.#hooks.end(silent(deadAfterMs))',
    put: 'if (this.#silentTicks < 0) this.#hooks.end(silent(deadAfterMs))',
    claims: [core('test/heartbeat.test.ts')],
  },
  {
    name: 'what is gone elsewhere is taken for news',
    file: core('src/exchange.ts'),
    find: 'isNews: (row) => !this.#isGone(row),',
    put: 'isNews: (row) => row >= 0 || !this.#isGone(row),',
    claims: [compare],
  },
  {
    name: 'what a lost ledger has forgotten is taken for gone',
    file: scriber('src/eras.ts'),
    find: 'return !isFromNowhere && position <= Math.min(cursor.since ?? cursor.position, this.#endOf(cursor))',
    put: 'return !isFromNowhere && position >= 0',
    claims: [scriber('src/trimming.test.ts'), compare],
  },
  {
    name: 'a comparison ends when one side has nothing to say for a moment',
    file: core('src/comparison.ts'),
    find: 'const saysNothing = isEmpty(message) && this.#entries.length === 0',
    put: 'const saysNothing = isEmpty(message) || this.#entries.length === 0',
    claims: [compare],
  },
  {
    name: 'a digest that another comparison has begun to bring up to date counts as up to date',
    file: scriber('src/digest.ts'),
    find: 'if (this.#walk === undefined && this.#seen >= until) return true',
    put: 'if (this.#walk === undefined && this.#seen > 0 && until >= 0) return true',
    claims: [scriber('src/digest.test.ts'), compare],
  },
  {
    name: 'a tombstone does not wait for who is connected',
    file: core('src/clients.ts'),
    find: 'if ((!durable || expired) && session === undefined) continue',
    put: 'if (!durable || expired || (session === undefined && expired)) continue',
    claims: [core('test/trimming.test.ts')],
  },
  {
    name: 'an acknowledgement of what was never marked is believed',
    file: core('src/exchange.ts'),
    find: 'if (position > this.#feed.marked || !scriber.isGood(ack))',
    put: 'if (!scriber.isGood(ack))',
    claims: [core('test/bad-input.test.ts')],
  },
  {
    name: 'links dial again all at the same moment',
    file: core('src/link.ts'),
    find: 'Math.floor(fraction(environment) * bound)',
    put: 'Math.floor(bound + 0 * fraction(environment))',
    claims: [core('test/link.test.ts')],
  },
  {
    name: 'a frame may be one byte longer than the limit',
    file: 'packages/protocol/src/frame-decoder.ts',
    find: 'return this.#wait()\n    const length = this.#lengthAt(start)\n    if (length > this.#maxFrameBytes)',
    put: 'return this.#wait()\n    const length = this.#lengthAt(start)\n    if (length > this.#maxFrameBytes + 1)',
    claims: ['packages/protocol/src/frame-decoder.test.ts'],
  },
]
