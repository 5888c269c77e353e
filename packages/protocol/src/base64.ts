/** Base64 with padding, written here since platforms have no way of their own in common. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const notInAlphabet = 64

const sextets = new Uint8Array(128).fill(notInAlphabet)
for (let sextet = 0; sextet < 64; sextet++) sextets[alphabet.charCodeAt(sextet)] = sextet

export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  let index = 0
  for (; index + 2 < bytes.length; index += 3) {
    const bits = (at(bytes, index) << 16) | (at(bytes, index + 1) << 8) | at(bytes, index + 2)
    text += letter(bits >> 18) + letter(bits >> 12) + letter(bits >> 6) + letter(bits)
  }
  if (index + 1 === bytes.length) {
    const bits = at(bytes, index) << 16
    text += `${letter(bits >> 18)}${letter(bits >> 12)}==`
  } else if (index + 2 === bytes.length) {
    const bits = (at(bytes, index) << 16) | (at(bytes, index + 1) << 8)
    text += `${letter(bits >> 18)}${letter(bits >> 12)}${letter(bits >> 6)}=`
  }
  return text
}

/** How many bytes the text stands for, or -1 where its length or padding is wrong. */
export function base64Length(text: string): number {
  if (text.length % 4 !== 0) return -1
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}

/** The bytes, or undefined where the text is not exactly what `encodeBase64` writes. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const length = base64Length(text)
  if (length < 0) return undefined
  const bytes = new Uint8Array(length)
  const letters = Math.ceil((length * 4) / 3)
  let bits = 0
  let held = 0
  let written = 0
  for (let index = 0; index < letters; index++) {
    const sextet = sextets[text.charCodeAt(index)] ?? notInAlphabet
    if (sextet === notInAlphabet) return undefined
    bits = ((bits << 6) | sextet) & 0xffffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[written++] = (bits >> held) & 0xff
  }
  const leftOver = bits & ((1 << held) - 1)
  return leftOver === 0 ? bytes : undefined
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function letter(bits: number): string {
  return alphabet.charAt(bits & 63)
}
