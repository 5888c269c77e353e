/** What can be typed, and what is meant by it. */

export type Command =
  | { readonly do: 'add'; readonly title: string }
  | { readonly do: 'edit'; readonly number: number; readonly title: string }
  | { readonly do: 'done' | 'remove'; readonly number: number }
  | { readonly do: 'list' | 'offline' | 'online' | 'help' | 'quit' }
  | { readonly do: 'nothing' }
  /** It cannot be done, and why. */
  | { readonly do: 'refuse'; readonly reason: string }

/** One line, for the bottom of the screen. */
export const HELP = 'add TEXT · edit N TEXT · done N · remove N · list · offline · online · help · quit'

/** The same with its meanings. */
export const LONG_HELP = [
  'add TEXT      puts a to-do on the list',
  'edit N TEXT   changes the text of number N',
  'done N        ticks number N off, or on again',
  'remove N      takes number N off the list, for everybody',
  'list          shows the list',
  'offline       cuts the line; you can go on working',
  'online        dials again; what was done on both sides is exchanged',
  'quit          says goodbye',
]

/** Understands one line. */
export function parseCommand(line: string): Command {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
  switch (word.toLowerCase()) {
    case '':
      return { do: 'nothing' }
    case 'add':
      return rest === '' ? refuse('add what? For instance: add Buy milk') : { do: 'add', title: rest }
    case 'edit':
      return parseEdit(rest)
    case 'done':
      return parseNumber('done', rest)
    case 'remove':
      return parseNumber('remove', rest)
    case 'list':
    case 'offline':
    case 'online':
    case 'help':
    case 'quit':
      return { do: word.toLowerCase() as 'list' }
    default:
      return refuse(`"${word}" is no command; these are: ${HELP}`)
  }
}

function parseEdit(rest: string): Command {
  const [, number, title] = /^(\d+)\s+(\S.*)$/s.exec(rest) ?? []
  if (number === undefined || title === undefined)
    return refuse('edit which number, to what? For instance: edit 1 Buy oat milk')
  return { do: 'edit', number: Number(number), title }
}

function parseNumber(word: 'done' | 'remove', rest: string): Command {
  return /^\d+$/.test(rest)
    ? { do: word, number: Number(rest) }
    : refuse(`${word} which number? For instance: ${word} 1`)
}

function refuse(reason: string): Command {
  return { do: 'refuse', reason }
}
