// How many passed and failed: counted for people at the end of a run, and for .ci/run in the file named by SYNCRO_RESULTS.
import { writeFileSync } from 'node:fs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Counts a report of vitest's json reporter. A file that fails outside its tests (it does not load, a hook throws) counts as
 * one failure, and so does a run that ended badly with every test passed (an unhandled rejection).
 *
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 * @param {number} code the exit code of vitest
 * @returns {Counts}
 */
export function countVitest(report, code) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report.testResults) {
    let failed = 0
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed += 1
      else if (status === 'failed') failed += 1
      else counts.skipped += 1
    }
    if (file.status === 'failed' && failed === 0) failed = 1
    counts.failed += failed
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

/** @param {Counts} counts */
export function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Leaves the counts where .ci/run looks for them. @param {Counts} counts */
export function report(counts) {
  if (process.env.SYNCRO_RESULTS) writeFileSync(process.env.SYNCRO_RESULTS, `${JSON.stringify(counts)}\n`)
}
