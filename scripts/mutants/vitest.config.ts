import { defineConfig } from 'vitest/config'

// The unit project of vitest.config.ts alone: what starts frameworks takes minutes a mutant.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**', 'test/package/**'],
    testTimeout: 20_000,
  },
})
