// Runs the tests that `make test` leaves out, or those of the files and options that are given to pytest, and writes
// into docs/slow-tests.md how they ended.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mergeSlowResults, slowResultsSchema, slowTestsPage } from './slow-tests-page.js'
import { endWithSignals, pytest, root, runPart, say } from './test-part.js'

endWithSignals()
const reports = mkdtempSync(path.join(tmpdir(), 'twintune-slow-tests-'))
const part = pytest(reports, '-m', 'slow', ...process.argv.slice(2))
const env = { ...part.env, TWINTUNE_SLOW_TESTS: '1' }
const { counts, tests } = await runPart({ ...part, limitMinutes: 12 * 60, env })
rmSync(reports, { recursive: true })

const file = path.join(root, 'docs/slow-tests.json')
const before = existsSync(file) ? slowResultsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
const git = ['describe', '--always', '--dirty', '--abbrev=7', '--exclude=*']
const commit = execFileSync('git', git, { cwd: root, encoding: 'utf8' }).trim()
const date = new Date().toISOString().slice(0, 10)
const results = mergeSlowResults(before, tests, { date, commit })
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
writeFileSync(path.join(root, 'docs/slow-tests.md'), slowTestsPage(results))

say(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 ? 1 : 0
