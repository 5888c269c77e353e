/**
 * Without control characters: those of keys that have no meaning here, and those in what others have sent, which would move the cursor or
 * clear the screen of whoever reads it.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '')
}
