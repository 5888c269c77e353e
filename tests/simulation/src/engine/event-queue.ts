/** What is to happen, in the order of time: a binary heap. What is due at one time happens in the order in which it was put in. */

export interface QueuedEvent {
  readonly atMs: number
  /** What it is, for traces: few different ones, since each is kept. */
  readonly label: string
  readonly run: () => void
}

interface Entry extends QueuedEvent {
  readonly order: number
  cancelled: boolean
}

export class EventQueue {
  readonly #heap: Entry[] = []
  #order = 0
  #cancelled = 0

  /** How many events wait. */
  get size(): number {
    return this.#heap.length - this.#cancelled
  }

  /** Puts an event in; the result takes it out again. */
  push(event: QueuedEvent): () => void {
    const entry: Entry = { ...event, order: this.#order++, cancelled: false }
    this.#heap.push(entry)
    this.#rise(this.#heap.length - 1)
    return () => {
      if (entry.cancelled) return
      entry.cancelled = true
      this.#cancelled += 1
    }
  }

  /** Takes out the event that is due first; undefined if none is left. */
  pop(): QueuedEvent | undefined {
    for (let entry = this.#takeFirst(); entry !== undefined; entry = this.#takeFirst()) {
      if (!entry.cancelled) {
        // Cancelling what has happened must not be counted.
        entry.cancelled = true
        return entry
      }
      this.#cancelled -= 1
    }
    return undefined
  }

  /** When the first event is due; infinity if none is. */
  get nextAtMs(): number {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.cancelled) return first.atMs
      this.#takeFirst()
      this.#cancelled -= 1
    }
    return Number.POSITIVE_INFINITY
  }

  #takeFirst(): Entry | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (last !== undefined && last !== first) {
      this.#heap[0] = last
      this.#sink(0)
    }
    return first
  }

  #rise(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (!this.#swapped(at, parent)) return
      at = parent
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const left = at * 2 + 1
      const right = left + 1
      const isRight = right < this.#heap.length && isBefore(this.#heap[right]!, this.#heap[left]!)
      const child = isRight ? right : left
      if (child >= this.#heap.length || !this.#swapped(child, at)) return
      at = child
    }
  }

  /** Swaps a child with its parent if it is due before it. */
  #swapped(child: number, parent: number): boolean {
    const [lower, upper] = [this.#heap[child]!, this.#heap[parent]!]
    if (!isBefore(lower, upper)) return false
    this.#heap[child] = upper
    this.#heap[parent] = lower
    return true
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs
}
