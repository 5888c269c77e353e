/**
 * JSON as a tree that can be written wrong: leaves and keys are kept as text, and a key may be there twice. So `1e400`, `NaN` and half a surrogate pair
 * can be put where `JSON.stringify` would not let them.
 */

/** A leaf as its text, a list, or the members of an object. */
export type Node = string | Node[] | Members

export interface Members {
  /** Keys in JSON text, with their values. */
  readonly members: [key: string, value: Node][]
}

/** A node and where it stands: in a list or among members, or nowhere, being the root. */
export interface Place {
  readonly node: Node
  readonly holder: Node[] | Members | undefined
  readonly at: number
}

export function treeOf(json: unknown): Node {
  if (Array.isArray(json)) return json.map(treeOf)
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  return { members: Object.entries(json).map(([key, value]) => [JSON.stringify(key), treeOf(value)]) }
}

export function textOf(node: Node): string {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return `[${node.map(textOf).join()}]`
  return `{${node.members.map(([key, value]) => `${key}:${textOf(value)}`).join()}}`
}

export function copyOf(node: Node): Node {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return node.map(copyOf)
  return { members: node.members.map(([key, value]) => [key, copyOf(value)]) }
}

/** Every place in a tree, the root first. */
export function placesOf(root: Node): Place[] {
  const places: Place[] = [{ node: root, holder: undefined, at: 0 }]
  for (let next = 0; next < places.length; next++) {
    const holder = places[next]!.node
    if (typeof holder === 'string') continue
    const nodes = Array.isArray(holder) ? holder : holder.members.map(([, value]) => value)
    for (const [at, node] of nodes.entries()) places.push({ node, holder, at })
  }
  return places
}

/** Puts another node into a place; the result is the root, which may be that node. */
export function put(root: Node, { holder, at }: Place, node: Node): Node {
  if (holder === undefined) return node
  if (Array.isArray(holder)) holder[at] = node
  else holder.members[at]![1] = node
  return root
}

/** Takes out what stands in a place, or writes it that many times; in an object under one and the same key. */
export function repeat(root: Node, { holder, at, node }: Place, times: number): Node {
  if (Array.isArray(holder)) holder.splice(at, 1, ...Array.from({ length: times }, () => copyOf(node)))
  else if (holder !== undefined) {
    const [key] = holder.members[at]!
    holder.members.splice(at, 1, ...Array.from({ length: times }, (): [string, Node] => [key, copyOf(node)]))
  }
  return root
}
