import { defineConfig } from 'vitest/config'

// What starts frameworks, or each command of the documentation, would take minutes a mutant.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**', 'test/package/**', 'test/slow/**', 'test/browser/**', 'test/docs/**'],
    testTimeout: 60_000,
  },
})
