/** Keeps the table in RESULTS.md up to date, between its markers; the rest of that file is its authors'. */
import { readFileSync, writeFileSync } from 'node:fs'

const begin = '<!-- workloads: written by `pnpm bench` -->'
const end = '<!-- /workloads -->'

/** @throws Error if the file lacks the markers. */
export function updateResults(path: string, text: string): void {
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), text))
}

/** The file's text with another section. */
export function withSection(file: string, text: string): string {
  const from = file.indexOf(begin)
  const to = file.indexOf(end)
  if (from < 0 || to < from)
    throw new Error(`The file lacks the markers that the table belongs between: ${begin} and ${end}`)
  return `${file.slice(0, from + begin.length)}\n\n${text}\n\n${file.slice(to)}`
}
