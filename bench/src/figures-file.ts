/** What was measured last, in full: kept beside the results, which are made from it, so that one workload can be measured anew. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Result } from './runs.js'

export interface Measured {
  /** When, where, and by which command. */
  readonly circumstances: string
  readonly results: readonly Result[]
}

export interface FiguresFile {
  /** By the workload's name. */
  readonly works: { readonly [name: string]: Measured }
  readonly growth?: Measured
}

export function readFigures(path: string): FiguresFile {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as FiguresFile) : { works: {} }
}

export function writeFigures(path: string, figures: FiguresFile): void {
  writeFileSync(path, `${JSON.stringify(figures, null, 1)}\n`)
}
