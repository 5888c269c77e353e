/** Puts what was measured into RESULTS.md, and draws it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { barPlot } from './bar-plot.js'
import { Board } from './board.js'
import { type FiguresFile, type Measured, readFigures, writeFigures } from './figures-file.js'
import { goals } from './goals.js'
import { growths, growthTable, seriesOf } from './growth.js'
import { linePlot } from './line-plot.js'
import { updateResults } from './results-file.js'
import { subjects } from './subjects.js'
import { goalsTable, workTable } from './table.js'
import type { Workload } from './workload.js'
import { workloads } from './workloads.js'

/** A folder with RESULTS.md, figures.json, and plots. */
export class Report {
  readonly #folder: string
  readonly #figures: string

  constructor(folder: string) {
    this.#folder = folder
    this.#figures = join(folder, 'figures.json')
    mkdirSync(join(folder, 'plots'), { recursive: true })
  }

  /** Takes workloads that were measured whole, in place of what was known of them. */
  take(measured: readonly Workload[], { circumstances, results }: Measured): void {
    const old = readFigures(this.#figures)
    const taken = measured.map(({ name }) => [
      name,
      { circumstances, results: results.filter(({ work }) => work === name) },
    ])
    const figures: FiguresFile = { ...old, works: { ...old.works, ...Object.fromEntries(taken) } }
    writeFigures(this.#figures, figures)
    updateResults(join(this.#folder, 'RESULTS.md'), 'workloads', this.#workloads(figures))
  }

  takeGrowth(growth: Measured): void {
    writeFigures(this.#figures, { ...readFigures(this.#figures), growth })
    updateResults(join(this.#folder, 'RESULTS.md'), 'growth', this.#growth(growth))
  }

  #workloads({ works }: FiguresFile): string {
    const boards = workloads
      .filter(({ name }) => works[name] !== undefined)
      .map((workload) => new Board(workload, works[workload.name]!.results))
    const circumstances = [...new Set(boards.map(({ workload }) => works[workload.name]!.circumstances))]
    return [
      goalsTable(boards),
      circumstances.length === 1 ? circumstances[0]! : 'The workloads were measured at different times.',
      subjects.map(({ name, about }) => `- **${name}**: ${about}`).join('\n'),
      ...boards.flatMap((board) => [
        `### ${board.workload.number} ${board.workload.name}`,
        `${sentence(board.workload.about)}`,
        workTable(board),
        ...(circumstances.length === 1 ? [] : [works[board.workload.name]!.circumstances]),
        ...this.#plots(board),
      ]),
    ].join('\n\n')
  }

  /** One for each figure that has a goal; of a workload without goals, for its first. */
  #plots(board: Board): string[] {
    const { name, metrics } = board.workload
    const withGoal = metrics.filter(({ key }) => goals.some(({ work, metric }) => work === name && metric === key))
    return (withGoal.length > 0 ? withGoal : metrics.slice(0, 1)).map((metric) =>
      this.#plot(`${name}-${metric.key}.svg`, `${name}: ${metric.label}`, barPlot(board, metric)),
    )
  }

  #growth({ circumstances, results }: Measured): string {
    return [
      ...growths.flatMap((growth) => [
        growthTable(growth, results),
        this.#plot(
          `growth-${growth.workload.name}.svg`,
          growth.title,
          linePlot({ title: growth.title, unit: growth.unit, series: seriesOf(growth, results) }),
        ),
      ]),
      circumstances,
    ].join('\n\n')
  }

  #plot(file: string, alternative: string, svg: string): string {
    writeFileSync(join(this.#folder, 'plots', file), svg)
    return `![${alternative}](plots/${file})`
  }
}

function sentence(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`
}
