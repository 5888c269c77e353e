// Says what is being done and how long it took, on one line each; colours only where a terminal shows them.
const terminal = process.stdout.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
const colours = terminal && process.env.NO_COLOR === undefined

/** @param {number} code */
const paint = (code) => (/** @type {string} */ text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
export const red = paint(31)
export const green = paint(32)
export const dim = paint(2)
export const bold = paint(1)

/** @param {number} began a `performance.now()` */
export function seconds(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}

/**
 * Shows a line while `work` goes on and replaces it by its outcome. Returns what `work` returned.
 *
 * @template {{ code: number }} T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const began = performance.now()
  if (!terminal) console.log(`${title} …`)
  const draw = () => process.stdout.write(`\r\u001b[K${title} … ${dim(seconds(began))}`)
  const timer = terminal ? setInterval(draw, 200) : undefined
  if (terminal) draw()
  const result = await work()
  clearInterval(timer)
  const mark = result.code === 0 ? green('✓') : red('✗')
  console.log(`${terminal ? '\r\u001b[K' : ''}${mark} ${title} ${dim(`(${seconds(began)})`)}`)
  return result
}
