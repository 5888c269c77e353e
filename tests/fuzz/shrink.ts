/** The smallest part of a list that still fails (delta debugging: Zeller and Hildebrandt 2002), as far as so many tries go. */

const maxTries = 1_000

export async function shrunk<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => boolean | Promise<boolean>,
): Promise<readonly Item[]> {
  let best = items
  let size = Math.ceil(items.length / 2)
  for (let tries = 0; size >= 1 && tries < maxTries; ) {
    let isSmaller = false
    for (let start = 0; start < best.length && tries < maxTries; tries++) {
      const without = [...best.slice(0, start), ...best.slice(start + size)]
      if (await fails(without)) {
        best = without
        isSmaller = true
      } else start += size
    }
    if (size === 1 && !isSmaller) break
    size = isSmaller ? Math.min(size, Math.ceil(best.length / 2)) : Math.floor(size / 2)
  }
  return best
}

export function fails(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch {
    return true
  }
}
