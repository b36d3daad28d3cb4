import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { signalGroup } from '../src/worker/process-group.js'
import { leftFiles, leftProcesses, partVariable } from './left-behind.js'
import { failedTests, type Report, readJUnitReport, readVitestReport } from './test-reports.js'

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * The variables of parts that run side by side: frameworks compute with one thread, since PyTorch's threads spin while
 * they wait for each other, and the tests' models are too small for two.
 */
const ONE_THREAD = { TWINTUNE_CORES: '1', OMP_NUM_THREADS: '1' }

/** Part of the test run: a check, or a test runner that writes a report. */
export interface Part {
  readonly command: readonly [string, ...string[]]
  /** Variables that the command gets beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Minutes after which the part counts as hung, and is ended; 45 by default. */
  readonly limitMinutes?: number
  /** Reads the report of a test runner; a check has none, and counts as one test. */
  readonly readReport?: () => Report
}

/** How a part ended, and what it reported. */
export interface Outcome extends Report {
  readonly name: string
  readonly seconds: number
  /** Names of the tests that failed, and the part's own where it failed beside them. */
  readonly failures: readonly string[]
}

/** Runs parts one after the other and prints what each has to say when it has ended; none stops the others. */
export async function runLane(parts: readonly Part[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const part of parts) outcomes.push(await runPart(part))
  return outcomes
}

/** Runs a command of node_modules or .venv. Its output is printed at its end, since other parts run beside it. */
export async function runPart({ command, env, limitMinutes = 45, readReport }: Part): Promise<Outcome> {
  const name = command.join(' ').replaceAll(root, '')
  const start = performance.now()
  const { failed, output, left } = await runCommand(command, env, limitMinutes)
  const seconds = (performance.now() - start) / 1000
  say(`\n── ${name}  ${seconds.toFixed(1)} s\n${output}`)
  const report = reportOf(failed, readReport)
  for (const what of left) say(`left behind: ${what}`)
  const named = failedTests(report.tests)
  const whole = named.length < report.counts.failed ? [name] : []
  const leftovers = left.map((what) => `${name} left behind ${what}`)
  const counts = { ...report.counts, failed: report.counts.failed + leftovers.length }
  return { name, seconds, ...report, counts, failures: [...whole, ...named, ...leftovers] }
}

/** The report of a test runner; a check counts as one test, and so does a test runner that left no report. */
function reportOf(failed: boolean, readReport: Part['readReport']): Report {
  if (!readReport)
    return { counts: { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0 }, tests: [] }
  try {
    const { counts, tests } = readReport()
    // A test runner can also fail beside its tests: it broke off, found none, or an error happened between them.
    return { counts: failed && counts.failed === 0 ? { ...counts, failed: 1 } : counts, tests }
  } catch (error) {
    say(`No report of the tests: ${String(error)}`)
    return { counts: { passed: 0, failed: 1, skipped: 0 }, tests: [] }
  }
}

/**
 * Runs a command in a process group of its own, and ends what is left of the group when the command has ended or its
 * time is up: a process that a test leaks would otherwise hold on to the output, and the test run would never end.
 */
async function runCommand([file, ...args]: Part['command'], env: Part['env'], limitMinutes: number) {
  const folders = [path.join(root, 'node_modules/.bin'), path.join(root, '.venv/bin'), process.env.PATH]
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-test-part-'))
  const temporary = path.join(folder, 'tmp')
  mkdirSync(temporary)
  const output = path.join(folder, 'output')
  const descriptor = openSync(output, 'w')
  const subprocess = spawn(file, args, {
    cwd: root,
    detached: true,
    // A file, and not a pipe: a pipe is closed only when every process that has it is gone.
    stdio: ['ignore', descriptor, descriptor],
    env: {
      ...process.env,
      ...env,
      PATH: folders.join(path.delimiter),
      TMPDIR: temporary,
      [partVariable]: folder,
    },
    timeout: limitMinutes * 60_000,
  })
  // A command that could not be started has no number.
  const endGroup = () => subprocess.pid && signalGroup(subprocess.pid, 'SIGKILL')
  process.once('exit', endGroup)
  const failure = await new Promise<string | null>((resolve) => {
    subprocess.once('error', (error) => resolve(error.message))
    subprocess.once('exit', (code, signal) => resolve(code === 0 ? null : `It ended with ${signal ?? code}.`))
  })
  process.off('exit', endGroup)
  const left = await leftBehind(folder, temporary)
  endGroup()
  closeSync(descriptor)
  const printed = readFileSync(output, 'utf8')
  rmSync(folder, { recursive: true })
  return { failed: failure !== null, output: printed + (failure ?? ''), left }
}

/** Names what a part has left behind; what is just ending gets a moment for it. */
async function leftBehind(part: string, temporary: string): Promise<string[]> {
  const find = (): string[] => [
    ...leftProcesses(part).map((process) => `the process ${process}`),
    ...leftFiles(temporary).map((file) => `${file} in the temporary folder`),
  ]
  for (let look = 0; look < 10 && find().length > 0; look += 1) await sleep(200)
  return find()
}

/** Has a signal end this process with 130 and the parts with it: they would go on without anybody. */
export function endWithSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A part that is right or wrong as a whole. */
export function check(...command: [string, ...string[]]): Part {
  return { command }
}

/** Vitest's tests of some projects of vitest.config.ts: all of them, or those in some files. */
export function vitest(reports: string, projects: readonly string[], files: readonly string[] = []): Part {
  const report = path.join(reports, `vitest-${projects.join('-')}.json`)
  return {
    command: [
      'vitest',
      'run',
      ...files,
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env: ONE_THREAD,
    readReport: () => readVitestReport(readFileSync(report, 'utf8'), root),
  }
}

/** Pytest's tests in some processes, with the file of their report: all of them, or those that the options choose. */
export function pytest(report: string, processes: number, ...options: string[]): Part {
  return {
    command: [
      'pytest',
      `--numprocesses=${processes}`,
      '--dist=worksteal',
      `--junitxml=${report}`,
      ...options,
    ],
    env: ONE_THREAD,
    readReport: () => readJUnitReport(readFileSync(report, 'utf8')),
  }
}
