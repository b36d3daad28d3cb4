import { z } from 'zod'

/** How many tests, or checks, ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A test, and the seconds that it took with its own fixtures. */
export interface TimedTest {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly seconds: number
  /** Message of a test that failed or was skipped, where the report has one. */
  readonly message?: string
}

/** Contents of a test runner's report. */
export interface Report {
  readonly counts: Counts
  readonly tests: readonly TimedTest[]
}

/**
 * Reads vitest's JSON report. A file that can't be loaded has no tests, and counts as a failed one.
 *
 * @param root - The folder that the names of test files are relative to.
 */
export function readVitestReport(json: string, root: string): Report {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
    vitestReportSchema.parse(JSON.parse(json))
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return {
    counts: {
      passed: numPassedTests,
      failed: numFailedTests + broken.length,
      skipped: numPendingTests + numTodoTests,
    },
    tests: testResults.flatMap((file) =>
      file.assertionResults.map(({ fullName, duration, status }) => ({
        name: `${file.name.replace(root, '')} ${fullName}`,
        outcome: status === 'passed' || status === 'failed' ? status : 'skipped',
        seconds: (duration ?? 0) / 1000,
      })),
    ),
  }
}

const vitestReportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), duration: z.number().nullish(), status: z.string() }),
      ),
    }),
  ),
})

/** Reads pytest's JUnit report; an error in a fixture or a file is a failure. */
export function readJUnitReport(xml: string): Report {
  const suite = /<testsuite ([^>]*)>/.exec(xml)?.[1]
  if (suite === undefined) throw new Error('it has no test suite')
  const { tests, failures, errors, skipped } = junitCountsSchema.parse(attributesOf(suite))
  return {
    counts: { passed: tests - failures - errors - skipped, failed: failures + errors, skipped },
    tests: [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)].map(
      ([, attributes, inside]) => {
        const { classname, name, time } = junitTestSchema.parse(attributesOf(attributes ?? ''))
        const message = messageOf(inside ?? '')
        return {
          name: `${classname} ${name}`,
          outcome: outcomeOf(inside ?? ''),
          seconds: time,
          ...(message === undefined ? {} : { message }),
        }
      },
    ),
  }
}

function outcomeOf(inside: string): TimedTest['outcome'] {
  if (/^\s*<(failure|error)\b/.test(inside)) return 'failed'
  return /^\s*<skipped\b/.test(inside) ? 'skipped' : 'passed'
}

function messageOf(inside: string): string | undefined {
  const message = /^\s*<(?:failure|error|skipped)\b[^>]*?\bmessage="([^"]*)"/.exec(inside)?.[1]
  return message?.replace(/&(?:#(x?)([\da-f]+)|(\w+));/gi, (entity, hex, code, name) =>
    name === undefined
      ? String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10))
      : (entities[name] ?? entity),
  )
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function attributesOf(tag: string): Record<string, string> {
  return Object.fromEntries([...tag.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}

const junitCountsSchema = z.object({
  tests: z.coerce.number(),
  failures: z.coerce.number(),
  errors: z.coerce.number(),
  skipped: z.coerce.number(),
})

const junitTestSchema = z.object({ classname: z.string(), name: z.string(), time: z.coerce.number() })

/** Adds up the counts of all parts. */
export function addUp(parts: readonly Counts[]): Counts {
  const sum = (name: keyof Counts) => parts.reduce((total, part) => total + part[name], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** Names of the tests that failed. */
export function failedTests(tests: readonly TimedTest[]): string[] {
  return tests.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
}

/** The tests that took longest, dearest first, a line each. */
export function dearestTests(tests: readonly TimedTest[], most: number): string[] {
  return tests
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, most)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${name}`)
}
