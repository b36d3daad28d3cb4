// Read by scripts/mutants/typescript.ts, which draws the sample.

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/{spec,plan,compare,protocol,run}/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutants/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutants/sample-checker.ts'],
  checkers: ['sample'],
  concurrency: 1,
  // A single process runs all mutants, since the machine may have other work.
  dryRunTimeoutMinutes: 30,
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: '.mutants/stryker.json' },
  tempDirName: '.mutants/stryker',
  ignorePatterns: ['/.venv', '/runs', '/.mutants'],
}
