/** Keeps what programs have made in RESULTS.md up to date, between markers; the rest of that file is its authors'. */
import { readFileSync, writeFileSync } from 'node:fs'

export type Section = 'workloads' | 'growth'

/** @throws Error if the file lacks the section's markers. */
export function updateResults(path: string, section: Section, text: string): void {
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), section, text))
}

/** The file's text with another section. */
export function withSection(file: string, section: Section, text: string): string {
  const [begin, end] = markersOf(section)
  const from = file.indexOf(begin)
  const to = file.indexOf(end)
  if (from < 0 || to < from)
    throw new Error(`The file lacks the markers that the table belongs between: ${begin} and ${end}`)
  return `${file.slice(0, from + begin.length)}\n\n${text}\n\n${file.slice(to)}`
}

function markersOf(section: Section): [string, string] {
  const command = section === 'growth' ? 'pnpm bench --growth' : 'pnpm bench'
  return [`<!-- ${section}: written by \`${command}\` -->`, `<!-- /${section} -->`]
}
