/** Text with a checksum at its end: what a disk has spoilt is not taken for what was written. */
import { crc32 } from 'node:zlib'

const base = 36

/** @param beside what is stored elsewhere and belongs to it. */
export function seal(text: string, beside = ''): string {
  return `${text}~${sumOf(text, beside)}`
}

/** The text without its checksum; undefined if that is wrong. */
export function unseal(sealed: string, beside = ''): string | undefined {
  const end = sealed.lastIndexOf('~')
  const text = sealed.slice(0, Math.max(0, end))
  return end >= 0 && sealed.slice(end + 1) === sumOf(text, beside) ? text : undefined
}

function sumOf(text: string, beside: string): string {
  return crc32(beside === '' ? text : `${text}\n${beside}`).toString(base)
}
