/** What a writer is to do. */
export interface Order {
  readonly path: string
  readonly level: 'os' | 'disk'
  /** Of the history. */
  readonly seed: number
  /** Of the classes that are declared. */
  readonly version: number
  /** How many transactions it keeps before it closes. */
  readonly count: number
  /** How many it gives to the store before the first of them is kept. */
  readonly inFlight: number
  /** After how many transactions it compacts the file, again and again. Default: never. */
  readonly compactEvery?: number
}
