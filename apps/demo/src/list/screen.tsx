/** The face for terminals: the list as it is now, what has happened last, and a line to type in. */

import { Box, render, Text, useApp } from 'ink'
import { useEffect, useReducer, useState } from 'react'
import { HELP } from './commands.js'
import type { Status } from './presence.js'
import type { Row } from './shared-list.js'
import type { Shell } from './shell.js'
import { useLine } from './use-line.js'

/** What has happened is shown for so many lines; the list itself is what counts. */
const NEWS_LINES = 8

const MOODS = { well: 'green', waiting: 'yellow', away: 'gray' } as const satisfies Record<Status['mood'], string>

/** Runs until the user quits. */
export async function runScreen(shell: Shell): Promise<void> {
  await render(<Screen shell={shell} />).waitUntilExit()
  for (const text of await shell.close()) process.stdout.write(`${text}\n`)
}

export function Screen({ shell }: { readonly shell: Shell }) {
  const { exit } = useApp()
  const news = useNews(shell, exit)
  const line = useLine((text) => news.add(shell.run(text)))
  return (
    <Box flexDirection="column" paddingX={1}>
      <Heading name={shell.name} status={shell.status} />
      <Rows rows={shell.rows} />
      {news.lines.length > 0 && (
        <Box flexDirection="column" marginTop={1}>
          {news.lines.map(({ id, text }) => (
            <Text key={id} dimColor>
              {text}
            </Text>
          ))}
        </Box>
      )}
      <Box marginTop={1}>
        <Text color="cyan">{'> '}</Text>
        <Text>{line}</Text>
        <Text inverse> </Text>
        {line === '' && <Text dimColor>add Buy milk</Text>}
      </Box>
      <Text dimColor>{HELP}</Text>
    </Box>
  )
}

function Heading({ name, status }: { readonly name: string; readonly status: Status }) {
  return (
    <Box flexDirection="column" marginBottom={1}>
      <Text bold>Shared list · {name}</Text>
      <Text color={MOODS[status.mood]}>● {status.text}</Text>
    </Box>
  )
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return <Text dimColor>Nothing to do. Add something.</Text>
  return rows.map(({ number, title, done, by, unsent }) => (
    <Box key={number} gap={1}>
      <Text dimColor>{String(number).padStart(3)}</Text>
      <Text color={done ? 'green' : 'white'}>{done ? '✓' : '·'}</Text>
      <Text strikethrough={done}>{title}</Text>
      <Text dimColor>{by}</Text>
      {unsent && <Text color="yellow">↑ unsent</Text>}
    </Box>
  ))
}

interface NewsLine {
  readonly id: number
  readonly text: string
}

/** The last lines that were said, by the shell or about the others; shows everything anew whenever something changes. */
function useNews(shell: Shell, exit: () => void) {
  const [lines, setLines] = useState<readonly NewsLine[]>([])
  const [, refresh] = useReducer((count: number) => count + 1, 0)
  const add = (texts: readonly string[]) =>
    setLines((before) => {
      const next = (before.at(-1)?.id ?? 0) + 1
      return [...before, ...texts.map((text, index) => ({ id: next + index, text }))].slice(-NEWS_LINES)
    })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shell is the same for as long as the screen is there.
  useEffect(() => {
    const onNews = (text: string) => add([text])
    shell.events.on('change', refresh)
    shell.events.on('news', onNews)
    shell.events.on('quit', exit)
    return () => {
      shell.events.off('change', refresh)
      shell.events.off('news', onNews)
      shell.events.off('quit', exit)
    }
  }, [])
  return { lines, add }
}
