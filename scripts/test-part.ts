import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import {
  type Counts,
  type Report,
  readJUnitReport,
  readVitestReport,
  type TimedTest,
} from './test-reports.js'

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Part of the test run: a check, or a test runner that writes a report. */
export interface Part {
  readonly command: readonly [string, ...string[]]
  /** Variables that the command gets beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Reads the report of a test runner; a check has none, and counts as one test. */
  readonly readReport?: () => Report
}

/** How a part ended. */
export interface Outcome {
  readonly name: string
  readonly seconds: number
  readonly counts: Counts
  readonly tests: readonly TimedTest[]
}

/** Runs parts one after the other and prints what each has to say when it has ended; none stops the others. */
export async function runLane(parts: readonly Part[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const part of parts) outcomes.push(await runPart(part))
  return outcomes
}

/** Runs a command of node_modules or .venv. Its output is printed at its end, since other parts run beside it. */
async function runPart({ command, env, readReport }: Part): Promise<Outcome> {
  const name = command.join(' ').replaceAll(root, '')
  const folders = [path.join(root, 'node_modules/.bin'), path.join(root, '.venv/bin'), process.env.PATH]
  const start = performance.now()
  const [file, ...args] = command
  const { failed, all, message } = await execa({
    cwd: root,
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { ...env, PATH: folders.join(path.delimiter) },
  })(file, args)
  const seconds = (performance.now() - start) / 1000
  say(`\n── ${name}  ${seconds.toFixed(1)} s\n${all || (failed ? message : '')}`)
  if (!readReport) {
    return {
      name,
      seconds,
      counts: { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0 },
      tests: [],
    }
  }
  try {
    const { counts, tests } = readReport()
    // A test runner can also fail beside its tests: it broke off, found none, or an error happened between them.
    return { name, seconds, counts: failed && counts.failed === 0 ? { ...counts, failed: 1 } : counts, tests }
  } catch (error) {
    say(`No report of the tests: ${String(error)}`)
    return { name, seconds, counts: { passed: 0, failed: 1, skipped: 0 }, tests: [] }
  }
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A part that is right or wrong as a whole. */
export function check(...command: [string, ...string[]]): Part {
  return { command }
}

/** Vitest's tests of some projects of vitest.config.ts. */
export function vitest(reports: string, ...projects: string[]): Part {
  const report = path.join(reports, `vitest-${projects.join('-')}.json`)
  return {
    command: [
      'vitest',
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    readReport: () => readVitestReport(readFileSync(report, 'utf8'), root),
  }
}

/** Pytest's tests, in two processes that compute with one thread each: their models are too small for two. */
export function pytest(reports: string, ...options: string[]): Part {
  const report = path.join(reports, 'pytest.xml')
  return {
    command: ['pytest', '--numprocesses=2', '--dist=worksteal', `--junitxml=${report}`, ...options],
    env: { TWINTUNE_CORES: '1', OMP_NUM_THREADS: '1' },
    readReport: () => readJUnitReport(readFileSync(report, 'utf8')),
  }
}
