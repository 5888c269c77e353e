/** How often a law is tried: often where nobody waits for it. What fails is printed with the seed and the path that bring it back. */
import { vi } from 'vitest'

export const runs = { numRuns: process.env.CI === undefined ? 100 : 2_000 }

// So many runs take longer than a test usually may.
vi.setConfig({ testTimeout: 300_000 })
