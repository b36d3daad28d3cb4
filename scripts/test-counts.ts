import { z } from 'zod'

/** How many tests, or checks, ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The tests in vitest's JSON report. A file that can't be loaded has no tests, and counts as a failed one. */
export function countVitest(json: string): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
    vitestReportSchema.parse(JSON.parse(json))
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  }
}

const vitestReportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/** The tests in pytest's JUnit report; an error in a fixture or a file is a failure. */
export function countJUnit(xml: string): Counts {
  const suite = /<testsuite ([^>]*)>/.exec(xml)?.[1]
  if (suite === undefined) throw new Error('it has no test suite')
  const attributes = Object.fromEntries(
    [...suite.matchAll(/(\w+)="(\d+)"/g)].map(([, name, n]) => [name, Number(n)]),
  )
  const { tests, failures, errors, skipped } = junitCountsSchema.parse(attributes)
  return { passed: tests - failures - errors - skipped, failed: failures + errors, skipped }
}

const junitCountsSchema = z.object({
  tests: z.number(),
  failures: z.number(),
  errors: z.number(),
  skipped: z.number(),
})

/** The sums over all parts. */
export function addUp(parts: readonly Counts[]): Counts {
  const sum = (name: keyof Counts) => parts.reduce((total, part) => total + part[name], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}
