import { z } from 'zod'
import type { Report } from './test-reports.js'

/** How the slow tests of one file ended when they were last run. */
const slowFileSchema = z.object({
  date: z.iso.date(),
  commit: z.string(),
  passed: z.number(),
  failed: z.number(),
  /** The seconds of all its tests, one after the other. */
  seconds: z.number(),
})

/** The last results of the slow tests, by the file that they are in: `test/python/engines/test_prefix.py`. */
export const slowResultsSchema = z.record(z.string(), slowFileSchema)

export type SlowResults = z.infer<typeof slowResultsSchema>

/** Replaces the results of the files that were run, and keeps those of the others. */
export function mergeSlowResults(
  before: SlowResults,
  report: Report,
  { date, commit }: { readonly date: string; readonly commit: string },
): SlowResults {
  const after: SlowResults = {}
  for (const { name, seconds, outcome } of report.tests) {
    if (outcome === 'skipped') continue
    const file = fileOf(name)
    const sum = after[file] ?? { date, commit, passed: 0, failed: 0, seconds: 0 }
    after[file] = {
      ...sum,
      passed: sum.passed + (outcome === 'passed' ? 1 : 0),
      failed: sum.failed + (outcome === 'failed' ? 1 : 0),
      seconds: sum.seconds + seconds,
    }
  }
  return Object.fromEntries(
    Object.entries({ ...before, ...after }).toSorted(([a], [b]) => a.localeCompare(b)),
  )
}

/** The file of a test: `test.python.engines.test_prefix test_it[a]` is in `test/python/engines/test_prefix.py`. */
function fileOf(name: string): string {
  const module = name.split(' ')[0] ?? ''
  return `${module.replace(/\.[A-Z]\w*$/, '').replaceAll('.', '/')}.py`
}

/** The page that says when the slow tests were last run, and how they ended. */
export function slowTestsPage(results: SlowResults): string {
  const rows = Object.entries(results).map(([file, { date, commit, passed, failed, seconds }]) => {
    const minutes = (seconds / 60).toFixed(1)
    return `| [${file.replace('test/python/', '')}](../${file}) | ${date} | \`${commit}\` | ${passed} | ${failed} | ${minutes} |`
  })
  return `# Slow tests

\`make test-slow\` writes this page. It runs what \`make test\` leaves out because it takes hours, such as the ladders of all backbones and
all idiomatic pairs; \`make test-slow ARGS=test/python/engines\` runs a part of it, and leaves the rows of the other files as they are.

| file | last run | commit | passed | failed | minutes |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}
