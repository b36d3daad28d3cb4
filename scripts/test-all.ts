// Runs every check and every test, each even when an earlier one failed. The last line is `N passed, N failed`: each
// check counts as one, each test as one, and a test runner that breaks off as one failure.
//
// The parts run in three lanes, since each waits at times for a disk or a process. More at a time take longer: on two
// cores a second process of pytest made 468 s of 431, since the caches hold the arrays of two processes and not of four.

import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { sharedMemory } from './left-behind.js'
import { check, endWithSignals, pytest, runLane, say, vitest } from './test-part.js'
import { addUp, dearestTests } from './test-reports.js'

// The other lanes take the other half of the cores.
const processes = Math.ceil(availableParallelism() / 2)

endWithSignals()
const reports = mkdtempSync(path.join(tmpdir(), 'twintune-tests-'))
const start = performance.now()
const memoryBefore = sharedMemory()

// These tests of Python wait for the checks and the unit tests, so that all lanes end at about the same time.
const later = ['exporting', 'features', 'parity/replay', 'trained'].map((folder) => `test/python/${folder}`)

const lanes = await Promise.all([
  runLane([
    pytest(path.join(reports, 'pytest.xml'), processes, ...later.map((folder) => `--ignore=${folder}`)),
  ]),
  runLane([vitest(reports, ['integration', 'package', 'browser'])]),
  runLane([
    check('tsc', '--noEmit'),
    check('tsc', '--noEmit', '--project', 'src/serve/client'),
    check('biome', 'ci', '--error-on-warnings', '.'),
    check('npm', 'run', '--silent', 'lint:imports'),
    check('ruff', 'check', '.'),
    check('ruff', 'format', '--check', '.'),
    check('env', 'PYTHONPATH=python', 'lint-imports', '--no-cache'),
    check('pyright'),
    vitest(reports, ['unit', 'processes']),
    pytest(path.join(reports, 'pytest-later.xml'), processes, ...later),
  ]),
])
rmSync(reports, { recursive: true })

const outcomes = lanes.flat()
say('\nThe twenty dearest tests')
for (const line of dearestTests(
  outcomes.flatMap(({ tests }) => tests),
  20,
))
  say(line)
say('\nSeconds by part, in three lanes side by side')
for (const { name, seconds } of outcomes) say(`${seconds.toFixed(1).padStart(7)} s  ${name}`)
say(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  in all`)

const memory = sharedMemory().filter((name) => !memoryBefore.includes(name))
const { passed, failed, skipped } = addUp([
  ...outcomes.map(({ counts }) => counts),
  { passed: 0, failed: memory.length, skipped: 0 },
])
// At the end, since it is what a log that was cut still has.
for (const failure of outcomes.flatMap(({ failures }) => failures)) say(`failed: ${failure}`)
for (const name of memory) say(`failed: the tests left behind ${name} in shared memory`)
if (skipped > 0) say(`\n${skipped} skipped`)
say(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
