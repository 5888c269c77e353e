/** Ways to spoil a message that know what JSON is and what our messages hold: the result is JSON again, mostly, and often a message. */
import { MAX_BODY_DEPTH, MAX_FIELDS, MAX_NAME_LENGTH, MAX_VALUE_DEPTH } from '@syncro/protocol'
import { maxStamp } from '@syncro/scriber'
import type { SeededRandom } from '@syncro/scriber/testing'
import { copyOf, type Members, type Node, type Place, placesOf, put, repeat, textOf } from './json-tree.js'

/** A tree, which may be changed in place; `donor` is another. The result is its root. */
export type AwareMutator = (root: Node, random: SeededRandom, donor: Node) => Node

const kinds = listed('null true false 0 -1 1.5 "" "text" "7" [] {} [[]] {"a":1} [0,0]')
const numbers = listed(
  '0 -0 -0.0 -1 0.5 2e0 1E5 1e-400 1e400 -1e400 1e20 4294967296 9007199254740991 9007199254740992 9007199254740993',
  '-9007199254740993 12345678901234567890 01 NaN Infinity',
)
const texts = [
  ...listed('"" "\\ud800" "\\udc00\\ud800" "\\ud83d\\ude00" "\\\\ud800" "\\u0000" "\\x" "\u2028😀"'),
  ...listed('"__proto__" "constructor" "prototype" "toString" "then" "$date"'),
  `"${'x'.repeat(MAX_NAME_LENGTH)}"`,
  `"${'x'.repeat(MAX_NAME_LENGTH + 1)}"`,
]
const keys = [
  ...listed('"__proto__" "\\u005f_proto__" "constructor" "prototype" "toString" "then" "" "0" "type" "id" "\\ud800"'),
  ...listed('"$" "$date" "$bigint" "$bytes" "$new"'),
  `"${'k'.repeat(MAX_NAME_LENGTH + 1)}"`,
]
const values = listed(
  '{"$date":0} {"$date":8640000000000001} {"$bigint":"-9007199254740993"} {"$bigint":"01"} {"$bytes":"AAEC"}',
  '{"$bytes":"AA=="} {"$bytes":"AB=="} {"$":{"$date":"x"}} {"$":{"$":{"$a":1}}} {"$x":1} 1e300 "\\u00fc" -1.5',
  '[1,[2,{"a":null}]] {"a":{"b":[]},"c":true} "0123456789abcdef01234567"',
)
const oddTypes = ['"Batch"', '"toString"', '""', 'null', '["batch"]']
const valueDepths = [1, 2, MAX_VALUE_DEPTH - 2, MAX_VALUE_DEPTH, MAX_VALUE_DEPTH + 1]
const depths = [...valueDepths, MAX_BODY_DEPTH - 2, MAX_BODY_DEPTH, 150]
const counts = [2, 3, 17, 40]

/** Rarely, and only of what is short, or the run would be spent on writing. */
const hugeCounts = [257, MAX_FIELDS, MAX_FIELDS + 1]
const longestRepeated = 60
const hexId = /^"[0-9a-f]{24}"$/
const whole = /^\d+$/

export const awareMutators: Readonly<Record<string, AwareMutator>> = {
  'type swap': (root, random) => replaced(root, random, anything, () => random.pick(kinds)),
  'depth bomb': (root, random) => replaced(root, random, anything, (node) => deeper(node, random)),
  'huge count': (root, random) => manyTimes(root, random),
  'key swap': (root, random) => rekeyed(root, random, () => random.pick(keys)),
  'key twice': (root, random) => rekeyed(root, random, (members) => random.pick(members)[0]),
  'odd number': (root, random) => replaced(root, random, isNumber, () => random.pick(numbers)),
  'odd text': (root, random) => replaced(root, random, isText, () => random.pick(texts)),
  'stamp edit': (root, random) => replaced(root, random, isWhole, (node) => stampNear(Number(node), random)),
  'position edit': (root, random) => replaced(root, random, isWhole, () => `${random.below(6)}`),
  'era edit': (root, random, donor) =>
    replaced(root, random, isHexId, (node) => eraNear(node as string, random, donor)),
  'type of message': (root, random, donor) => retyped(root, random, donor),
  'other value': (root, random) => replaced(root, random, anything, () => random.pick(values)),
  drop: (root, random) => repeat(root, placeOf(root, random, anything), 0),
  repeat: (root, random) => repeat(root, placeOf(root, random, anything), 2),
  graft: (root, random, donor) =>
    put(root, placeOf(root, random, anything), copyOf(placeOf(donor, random, anything).node)),
  move: (root, random) => replaced(root, random, anything, () => copyOf(placeOf(root, random, anything).node)),
  reorder: (root, random) => reordered(root, random),
}

const anything = () => true
const isText = (node: Node) => typeof node === 'string' && node.startsWith('"')
const isNumber = (node: Node) => typeof node === 'string' && /^[-\d]/.test(node)
const isWhole = (node: Node) => typeof node === 'string' && whole.test(node)
const isHexId = (node: Node) => typeof node === 'string' && hexId.test(node)

/** A place whose node is fit; the root where none is. */
function placeOf(root: Node, random: SeededRandom, isFit: (node: Node) => boolean): Place {
  const fitting = placesOf(root).filter(({ node }) => isFit(node))
  // What is wrong at the root is soon found: most go further in.
  const inner = fitting.filter(({ holder }) => holder !== undefined)
  if (inner.length > 0 && random.chance(0.98)) return random.pick(inner)
  return fitting.length > 0 ? random.pick(fitting) : { node: root, holder: undefined, at: 0 }
}

function replaced(root: Node, random: SeededRandom, isFit: (node: Node) => boolean, by: (node: Node) => Node): Node {
  const place = placeOf(root, random, isFit)
  // Where nothing is fit the message stays what it is: another mutator has its turn.
  return isFit(place.node) ? put(root, place, by(place.node)) : root
}

function objectsIn(root: Node): Members[] {
  return placesOf(root).flatMap(({ node }) =>
    typeof node === 'string' || Array.isArray(node) || node.members.length === 0 ? [] : [node],
  )
}

function rekeyed(root: Node, random: SeededRandom, key: (members: Members['members']) => string): Node {
  const objects = objectsIn(root)
  if (objects.length === 0) return root
  const { members } = random.pick(objects)
  random.pick(members)[0] = key(members)
  return root
}

function reordered(root: Node, random: SeededRandom): Node {
  for (const { members } of objectsIn(root)) members.splice(0, members.length, ...random.shuffled(members))
  return root
}

function retyped(root: Node, random: SeededRandom, donor: Node): Node {
  const [own, other] = [typeOf(root), typeOf(donor)]
  if (own !== undefined && other !== undefined) own[1] = random.chance(0.8) ? other[1] : random.pick(oddTypes)
  return root
}

function typeOf(root: Node): Members['members'][number] | undefined {
  if (typeof root === 'string' || Array.isArray(root)) return undefined
  return root.members.find(([key]) => key === '"type"')
}

function manyTimes(root: Node, random: SeededRandom): Node {
  const place = placeOf(root, random, anything)
  const isHuge = random.chance(0.1) && textOf(place.node).length < longestRepeated
  return repeat(root, place, random.pick(isHuge ? hugeCounts : counts))
}

function deeper(node: Node, random: SeededRandom): Node {
  let deep = node
  const isList = random.chance(0.5)
  for (let depth = random.pick(depths); depth > 0; depth--) deep = isList ? [deep] : { members: [['"d"', deep]] }
  return deep
}

function stampNear(stamp: number, random: SeededRandom): string {
  const near = [stamp + 1, stamp - 1, stamp * 2, Math.floor(stamp / 2), maxStamp, maxStamp + 1, Number.MAX_SAFE_INTEGER]
  return `${random.pick(near)}`
}

function eraNear(era: string, random: SeededRandom, donor: Node): Node {
  const at = 1 + random.below(24)
  switch (random.below(5)) {
    case 0:
      return era.toUpperCase()
    case 1:
      return `${era.slice(0, at)}${era.slice(at + 1)}`
    case 2:
      return copyOf(placeOf(donor, random, isHexId).node)
    default:
      return `${era.slice(0, at)}${random.below(16).toString(16)}${era.slice(at + 1)}`
  }
}

/** Pieces of JSON, none with a space in it. */
function listed(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}
