/** The line that is typed in. */

import { type Key, useInput } from 'ink'
import { useReducer, useRef } from 'react'
import { printable } from './printable.js'

/**
 * Calls `submit` with each line that is ended, and returns the one that is being typed.
 *
 * The text is kept in a ref, not in the state of a component: keys that come faster than the screen is drawn (a paste, a script) would each
 * be added to the text as it was drawn last, and get lost.
 */
export function useLine(submit: (line: string) => void): string {
  const line = useRef('')
  const [, draw] = useReducer((count: number) => count + 1, 0)
  useInput((input, key) => {
    const lines = edit(line.current, input, key).split(/\r\n|\r|\n/)
    line.current = printable(lines.pop() ?? '')
    for (const whole of lines) submit(printable(whole))
    draw()
  })
  return line.current
}

function edit(line: string, input: string, key: Key): string {
  if (key.return) return `${line}\n`
  // Terminals send for backspace what was once delete. Whole characters go, whatever the number of their code units.
  if (key.backspace || key.delete) return [...line].slice(0, -1).join('')
  if (key.ctrl) return input === 'u' ? '' : line
  return key.meta || key.escape ? line : line + input
}
