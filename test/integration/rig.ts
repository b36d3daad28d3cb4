import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execa, execaSync } from 'execa'
import { afterAll } from 'vitest'
import { stringify } from 'yaml'
import { type Event, eventSchema } from '../../src/events.js'
import type { ExperimentInput } from '../../src/spec/schema.js'

/** The project. */
export const root = fileURLToPath(new URL('../../', import.meta.url))
const main = path.join(root, 'dist/main.js')

/** The interpreter with both frameworks. */
export const python = path.join(root, '.venv/bin/python')

/** The sample that is in the repository. */
export const sample = path.join(root, 'examples/data')

/** A temporary folder, removed after the file's tests; to be called outside of them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes `train/` and `test/` with three classes of tiny pictures each. */
export function writePictures(folder: string): void {
  execaSync(python, [path.join(root, 'test/python/pictures.py'), folder])
}

/** An experiment that takes seconds: a small random backbone on tiny pictures. */
export function tinyExperiment(pictures: string, changes: Partial<ExperimentInput> = {}): ExperimentInput {
  return {
    name: 'tiny',
    dataset: {
      source: 'imagefolder',
      train: path.join(pictures, 'train'),
      test: path.join(pictures, 'test'),
      imageSize: 33,
    },
    model: { backbone: 'resnet18', weights: 'random', head: { hidden: [8] } },
    training: { batchSize: 8, phases: [{ epochs: 1 }] },
    seeds: [0],
    ...changes,
  }
}

/** Writes a specification as YAML and returns its path. */
export function writeSpec(folder: string, experiment: ExperimentInput): string {
  const file = path.join(folder, `${experiment.name}.yaml`)
  writeFileSync(file, stringify(experiment))
  return file
}

/** Starts the built command; never throws. */
export function startTwintune(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  return execa('node', [main, ...withoutEvidence(args)], {
    cwd,
    env: { TWINTUNE_PYTHON: python, TWINTUNE_CACHE_DIR: path.join(cwd, 'cache'), ...env },
    reject: false,
    // The worker's tests are about how it ends; here nothing may be ended behind the command's back.
    cleanup: false,
  })
}

// Each framework judges the other's runs for seconds, which few tests are about: these name one of the options.
function withoutEvidence(args: readonly string[]): readonly string[] {
  const isCarriedOut = args[0] === 'compare' || args[0] === 'resume'
  return isCarriedOut && !args.includes('--replay')
    ? [...args, '--replay', 'none', '--no-cross-evaluation']
    : args
}

/** Runs a program of examples/api to its end in a folder; its lines are what it printed. */
export async function runExample(name: string, cwd: string): Promise<string[]> {
  const { stdout } = await execa(
    'node',
    ['--import', import.meta.resolve('tsx'), path.join(root, 'examples/api', name)],
    {
      cwd,
      env: {
        TWINTUNE_PYTHON: python,
        TWINTUNE_CACHE_DIR: path.join(cwd, 'cache'),
        // `twintune` is the project itself there.
        TSX_TSCONFIG_PATH: path.join(root, 'tsconfig.json'),
      },
    },
  )
  return stdout.split('\n')
}

/** Runs the built command to its end with `--json` and reads its events. */
export async function runTwintune(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await startTwintune([...args, '--json'], cwd, env)
  return { exitCode, stderr, events: parseEvents(stdout) }
}

/** Events from lines of JSON, each held against its schema. */
export function parseEvents(lines: string): Event[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => eventSchema.parse(JSON.parse(line)))
}

/** The events of one type. */
export function eventsOf<Type extends Event['type']>(
  events: readonly Event[],
  type: Type,
): Extract<Event, { type: Type }>[] {
  return events.filter((event): event is Extract<Event, { type: Type }> => event.type === type)
}

/** The comparison that a run of the command ended with. */
export function comparisonOf(events: readonly Event[]) {
  const [finished] = eventsOf(events, 'comparison-finished')
  if (!finished) throw new Error('no comparison-finished')
  return finished.comparison
}

/** A JSON file of a comparison's folder. */
export function readJson(...parts: string[]): unknown {
  return JSON.parse(readFileSync(path.join(...parts), 'utf8'))
}

/** Waits until the command has printed an event that fits. */
export function waitForEvent(
  command: ReturnType<typeof startTwintune>,
  fits: (event: Event) => boolean,
): Promise<void> {
  // Not the command's own iterator: leaving that one waits for the command's end.
  const lines = createInterface({ input: command.stdout })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      if (fits(eventSchema.parse(JSON.parse(line)))) resolve()
    })
    lines.on('close', () => reject(new Error('the command ended without such an event')))
  })
}
