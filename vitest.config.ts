import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const minutes = 60_000
const bundledLocations = fileURLToPath(new URL('test/worker/bundled-locations.ts', import.meta.url))

/** Tests that start processes: most of them a Node worker with a Python whose handlers train nothing. */
const startingProcesses = [
  'test/scripts/test-part.test.ts',
  'test/scripts/gpu/session.test.ts',
  'test/scripts/gpu/main.test.ts',
  'test/scripts/gpu/resuming.test.ts',
  'test/run/**/*.test.ts',
  'test/sweep/**/*.test.ts',
  'test/worker/**/*.test.ts',
  'test/setup/**/*.test.ts',
  'test/cli/completion.test.ts',
  'test/eject/moved.test.ts',
]

// Each group waits for the one before it.
export default defineConfig({
  test: {
    // A forgotten `it.only` would leave the tests beside it out.
    allowOnly: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/integration/**',
            'test/package/**',
            'test/slow/**',
            'test/browser/**',
            ...startingProcesses,
          ],
          testTimeout: 20_000,
          // Every file would load zod, the schemas and the backbones anew.
          isolate: false,
          pool: 'threads',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'processes',
          include: startingProcesses,
          testTimeout: 60_000,
          globalSetup: 'test/worker/bundle-child.ts',
          alias: [{ find: /^\.\/locations\.js$/, replacement: bundledLocations }],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 5 * minutes,
          hookTimeout: 5 * minutes,
          fileParallelism: false,
          // All files share the Pythons of warm.ts.
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 2 * minutes,
          hookTimeout: 5 * minutes,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: minutes,
          hookTimeout: minutes,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          // `make test-slow` alone runs these.
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          testTimeout: 30 * minutes,
          hookTimeout: 30 * minutes,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
})
