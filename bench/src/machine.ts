/** Where and when it was measured. */
import { cpus, totalmem } from 'node:os'

export function circumstances(runs: number): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${process.platform} ${process.arch}; \`pnpm bench --runs ${runs}\`: medians of ${runs} (least–most).`
}
