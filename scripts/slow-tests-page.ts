import { z } from 'zod'
import type { TimedTest } from './test-reports.js'

/** How a slow test ended when it was last run. */
const slowTestSchema = z.object({
  date: z.iso.date(),
  /** The commit, with `-dirty` where files differed from it. */
  commit: z.string(),
  passed: z.boolean(),
  seconds: z.number(),
})

/** The last results of the slow tests, by their names: `test.python.engines.test_prefix test_it[a]`. */
export const slowResultsSchema = z.record(z.string(), slowTestSchema)

export type SlowResults = z.infer<typeof slowResultsSchema>

/** Replaces the results of the tests that were run, and keeps those of the others; a test that failed anywhere failed. */
export function mergeSlowResults(
  before: SlowResults,
  tests: readonly TimedTest[],
  when: { readonly date: string; readonly commit: string },
): SlowResults {
  const after: SlowResults = {}
  for (const { name, seconds, outcome } of tests) {
    if (outcome === 'skipped') continue
    const passed = outcome === 'passed' && (after[name]?.passed ?? true)
    after[name] = { ...when, passed, seconds: Math.round(10 * seconds) / 10 }
  }
  return Object.fromEntries(
    Object.entries({ ...before, ...after }).toSorted(([a], [b]) => a.localeCompare(b)),
  )
}

/** The file of a test. Vitest names it; pytest names its module, alone where it could not be loaded. */
function fileOf(name: string): string {
  const module = name.trim().split(' ')[0] ?? ''
  if (module.endsWith('.ts')) return module
  return `${module.replace(/\.[A-Z]\w*$/, '').replaceAll('.', '/')}.py`
}

/** The page that says when the slow tests were last run, and how they ended. */
export function slowTestsPage(results: SlowResults): string {
  const files = [...new Set(Object.keys(results).map(fileOf))]
  const rows = files.map((file) => {
    const outcomes = Object.entries(results).flatMap(([name, test]) => (fileOf(name) === file ? [test] : []))
    const dates = [...new Set(outcomes.map(({ date, commit }) => `${date} (\`${commit}\`)`))].toSorted()
    const passed = outcomes.filter((test) => test.passed).length
    const minutes = outcomes.reduce((sum, { seconds }) => sum + seconds, 0) / 60
    const name = file.replace(/^test\/(python\/)?/, '')
    return `| [${name}](../${file}) | ${dates.join(', ')} | ${passed} | ${outcomes.length - passed} | ${minutes.toFixed(1)} |`
  })
  return `# Slow tests

\`make test-slow\` writes this page. It runs what \`make test\` leaves out because it takes hours, such as the ladders of all backbones,
all idiomatic pairs and the short runs of \`verify\`. \`make test-slow ARGS=test/python/engines\` runs a part of it, and leaves the results of all other tests as they are. A file
that isn't here has never been run by it.

| file | last run | passed | failed | minutes |
|---|---|---|---|---|
${rows.join('\n')}
`
}
