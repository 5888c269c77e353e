// Reads what the checks need of a Markdown file: headings, links and fenced blocks. Covers what we write, not all of CommonMark.

/**
 * @typedef {{ language: string, tags: readonly string[], code: string, line: number }} Block `line` is that of its first line of code
 * @typedef {{ target: string, line: number }} Link
 * @typedef {{ blocks: Block[], links: Link[], anchors: Set<string>, headings: string[] }} Document
 */

/** @param {string} text @returns {Document} */
export function readMarkdown(text) {
  const { blocks, prose } = splitFences(text)
  const headings = prose.flatMap(({ text: line }) => /^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/.exec(line)?.[1] ?? [])
  const anchors = new Set(slugs(headings))
  /** @type {Link[]} */
  const links = []
  for (const { text: raw, line } of prose) {
    for (const match of raw.matchAll(/<a\s[^>]*\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? '')
    const rest = raw.replace(/(`+)(?:(?!\1).)+\1/g, '')
    const inline = rest.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+["'][^)]*)?\)/g)
    const named = rest.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g)
    const html = rest.matchAll(/\b(?:href|src)="([^"]+)"/g)
    for (const match of [...inline, ...named, ...html]) links.push({ target: match[1] ?? '', line })
  }
  return { blocks, links, anchors, headings }
}

/** @param {string} text */
function splitFences(text) {
  /** @type {Block[]} */
  const blocks = []
  /** @type {{ text: string, line: number }[]} */
  const prose = []
  /** @type {{ fence: string, indent: number, block: Block, lines: string[] } | undefined} */
  let open
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    if (open !== undefined) {
      if (raw.trim().startsWith(open.fence) && raw.trim().replaceAll(open.fence[0] ?? '', '') === '') {
        blocks.push({ ...open.block, code: `${open.lines.join('\n')}\n` })
        open = undefined
      } else {
        open.lines.push(raw.slice(Math.min(open.indent, raw.length - raw.trimStart().length)))
      }
      continue
    }
    const match = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/.exec(raw)
    if (match === null) {
      prose.push({ text: raw, line })
      continue
    }
    const [language = '', ...tags] = (match[3] ?? '').trim().split(/\s+/)
    const block = { language, tags, code: '', line: line + 1 }
    open = { fence: match[2] ?? '', indent: (match[1] ?? '').length, block, lines: [] }
  }
  return { blocks, prose }
}

/** The anchors that GitHub gives to headings. @param {readonly string[]} headings */
function slugs(headings) {
  /** @type {Map<string, number>} */
  const seen = new Map()
  return headings.map((heading) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, '')
    const slug = words
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
}
