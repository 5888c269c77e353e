/** Where and when it was measured. */
import { cpus, loadavg, totalmem } from 'node:os'

/** @param args of the command line. */
export function circumstances(args: readonly string[], runs: number): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const date = new Date().toISOString().slice(0, 10)
  const load = loadavg()[0]!.toFixed(1)
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${process.platform} ${process.arch}`
  const command = ['pnpm bench', ...args].join(' ')
  return `${date}, Node ${process.versions.node}, ${machine}, load average ${load} at the end (the bench itself makes 1 to 2); \`${command}\`: medians of ${runs} (least–most).`
}
