/** How deep JSON text nests, found without parsing it. */

const QUOTE = 34
const BACKSLASH = 92

/** Whether arrays and objects nest deeper than `limit`. In text that is no JSON the answer may be wrong, which its parser will say. */
export function nestsDeeper(json: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < json.length; index++) {
    const unit = json.charCodeAt(index)
    if (unit === QUOTE) inString = !inString
    else if (inString) {
      if (unit === BACKSLASH) index++
    } else if (unit === 123 || unit === 91) {
      if (++depth > limit) return true
    } else if (unit === 125 || unit === 93) depth--
  }
  return false
}
