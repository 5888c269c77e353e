import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('./packages', import.meta.url))

export default defineConfig({
  resolve: {
    // Tests run against the sources, so that they need no build. The same map is in tsconfig.tests.json.
    alias: [
      {
        find: /^@syncro\/([^/]+)\/(testing|conformance|client|server)$/,
        replacement: `${packages}/$1/src/$2/index.ts`,
      },
      { find: /^@syncro\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
    ],
  },
  test: {
    passWithNoTests: false,
    // A busy machine is no failure; what hangs is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: [
            'packages/*/src/**/*.test.ts',
            'packages/*/test/**/*.test.ts',
            'apps/*/src/**/*.test.{ts,tsx}',
            'apps/*/test/**/*.test.ts',
            'bench/src/**/*.test.ts',
            'tests/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
        },
      },
      {
        // What two clients say to each other, once more in the encoding that is not the default.
        extends: true,
        test: {
          name: 'core in JSON',
          include: [
            'packages/core/test/{compare,exchange,faults,flow,hostile,limits,restart,sessions,stored,trimming}.test.ts',
          ],
          env: { SYNCRO_TEST_ENCODING: 'json' },
        },
      },
    ],
  },
})
