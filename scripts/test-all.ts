// Runs every check and every test, each even when an earlier one failed. The last line is `N passed, N failed`: each
// check counts as one, each test as one, and a test runner that breaks off as one failure.
//
// What starts both frameworks as a user does comes last and alone: it wants the cores to itself.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { check, endWithSignals, pytest, runLane, say, vitest } from './test-part.js'
import { addUp, dearestTests } from './test-reports.js'

endWithSignals()
const reports = mkdtempSync(path.join(tmpdir(), 'twintune-tests-'))
const start = performance.now()

const sideBySide = await Promise.all([
  runLane([pytest(reports)]),
  runLane([
    check('tsc', '--noEmit'),
    check('biome', 'ci', '--error-on-warnings', '.'),
    check('npm', 'run', '--silent', 'lint:imports'),
    check('ruff', 'check', '.'),
    check('ruff', 'format', '--check', '.'),
    check('env', 'PYTHONPATH=python', 'lint-imports', '--no-cache'),
    check('pyright'),
    vitest(reports, 'unit', 'processes', 'command', 'package'),
  ]),
])
const alone = await runLane([vitest(reports, 'integration')])
rmSync(reports, { recursive: true })

const outcomes = [...sideBySide.flat(), ...alone]
say('\nThe twenty dearest tests')
for (const line of dearestTests(
  outcomes.flatMap(({ tests }) => tests),
  20,
))
  say(line)
say('\nSeconds by part; the parts before the last ran beside pytest')
for (const { name, seconds } of outcomes) say(`${seconds.toFixed(1).padStart(7)} s  ${name}`)
say(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  in all`)

const { passed, failed, skipped } = addUp(outcomes.map(({ counts }) => counts))
if (skipped > 0) say(`\n${skipped} skipped`)
say(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
