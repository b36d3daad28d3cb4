// Runs the tests that `make test` leaves out and writes into docs/slow-tests.md how they ended. Arguments choose some:
// those that begin with `test/slow` are vitest's files, all others are pytest's files and options.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { mergeSlowResults, slowResultsSchema, slowTestsPage } from './slow-tests-page.js'
import { endWithSignals, type Part, pytest, root, runLane, say, vitest } from './test-part.js'
import { addUp } from './test-reports.js'

endWithSignals()
const reports = mkdtempSync(path.join(tmpdir(), 'twintune-slow-tests-'))
const given = process.argv.slice(2)
const files = given.filter((argument) => argument.startsWith('test/slow'))
const options = given.filter((argument) => !files.includes(argument))
const ofVitest = vitest(reports, ['slow'], files)
const ofPytest = pytest(path.join(reports, 'pytest.xml'), availableParallelism(), '-m', 'slow', ...options)
const parts: Part[] = []
if (files.length > 0 || options.length === 0) parts.push(ofVitest)
if (options.length > 0 || files.length === 0)
  parts.push({ ...ofPytest, env: { ...ofPytest.env, TWINTUNE_SLOW_TESTS: '1' } })
const outcomes = await runLane(parts.map((part) => ({ ...part, limitMinutes: 12 * 60 })))
const tests = outcomes.flatMap((outcome) => outcome.tests)
const { passed, failed } = addUp(outcomes.map(({ counts }) => counts))
rmSync(reports, { recursive: true })

const file = path.join(root, 'docs/slow-tests.json')
const before = existsSync(file) ? slowResultsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
const git = ['describe', '--always', '--dirty', '--abbrev=7', '--exclude=*']
const commit = execFileSync('git', git, { cwd: root, encoding: 'utf8' }).trim()
const date = new Date().toISOString().slice(0, 10)
const results = mergeSlowResults(before, tests, { date, commit })
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
writeFileSync(path.join(root, 'docs/slow-tests.md'), slowTestsPage(results))

say(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
