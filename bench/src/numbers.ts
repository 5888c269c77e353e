/** Figures of several runs, and how they are written. */

export interface Summary {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, least: sorted[0]!, most: sorted.at(-1)! }
}

export function shown({ median, least, most }: Summary): string {
  return least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`
}

/** Three digits that mean something; whole above a hundred. */
export function number(value: number): string {
  if (value >= 1000) return Number(value.toPrecision(3)).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
