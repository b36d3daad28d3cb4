// Runs every check and every test, each even when an earlier one failed. The last line is `N passed, N failed`: each
// check counts as one, each test as one, and a test runner that breaks off as one failure.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { addUp, type Counts, countJUnit, countVitest } from './test-counts.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(path.join(tmpdir(), 'twintune-tests-'))
const vitestReport = path.join(reports, 'vitest.json')
const pytestReport = path.join(reports, 'pytest.xml')

const parts = [
  check('tsc', '--noEmit'),
  check('biome', 'ci', '.'),
  check('npm', 'run', '--silent', 'lint:imports'),
  check('ruff', 'check', '.'),
  check('ruff', 'format', '--check', '.'),
  check('pyright'),
  check('env', 'PYTHONPATH=python', 'lint-imports'),
  tests(countVitest, vitestReport, [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${vitestReport}`,
  ]),
  tests(countJUnit, pytestReport, ['pytest', '--junitxml', pytestReport]),
]
rmSync(reports, { recursive: true })

const { passed, failed, skipped } = addUp(parts)
if (skipped > 0) say(`${skipped} skipped`)
say(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/** Runs a command that is right or wrong as a whole. */
function check(...command: [string, ...string[]]): Counts {
  const succeeded = run(command)
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 }
}

/** Runs a test runner and counts what its report says. */
function tests(count: (report: string) => Counts, report: string, command: [string, ...string[]]): Counts {
  const succeeded = run(command)
  const counts = readCounts(count, report)
  // A runner can also fail beside its tests: it broke off, found none, or an error happened between them.
  return !succeeded && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function readCounts(count: (report: string) => Counts, report: string): Counts {
  try {
    return count(readFileSync(report, 'utf8'))
  } catch (error) {
    say(`No report of the tests: ${String(error)}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** Runs a command of node_modules or .venv with its output shown, and says whether it succeeded. */
function run([command, ...args]: [string, ...string[]]): boolean {
  say(`\n── ${[command, ...args].join(' ')}`)
  const folders = [path.join(root, 'node_modules/.bin'), path.join(root, '.venv/bin'), process.env.PATH]
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: folders.join(path.delimiter) },
  })
  if (error) say(`${command} can't be run: ${error.message}`)
  return status === 0
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
