import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('./packages', import.meta.url))

export default defineConfig({
  resolve: {
    // Tests run against the sources, so that they need no build. The same map is in tsconfig.tests.json.
    alias: [
      { find: /^@syncro\/([^/]+)\/(testing|conformance)$/, replacement: `${packages}/$1/src/$2/index.ts` },
      { find: /^@syncro\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
    ],
  },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'apps/*/src/**/*.test.{ts,tsx}',
      'apps/*/test/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'tests/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    passWithNoTests: false,
    // A busy machine is no failure; what hangs is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
  },
})
