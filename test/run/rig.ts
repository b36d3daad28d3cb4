import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import type { EvidenceOptions } from '../../src/compare/evidence.js'
import type { Event, EventOf } from '../../src/events.js'
import type { Run } from '../../src/plan/plan-runs.js'
import { type CarryOutOptions, carryOutExperiment } from '../../src/run/carry-out-experiment.js'
import { eventStream } from '../../src/run/event-stream.js'
import { extendExperiment } from '../../src/run/extend-experiment.js'
import { mergeComparisons } from '../../src/run/merge-comparisons.js'
import { resumeExperiment } from '../../src/run/resume-experiment.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { Experiment, ExperimentInput } from '../../src/spec/schema.js'
import { Worker } from '../../src/worker/worker.js'
import type { WorkerOptions } from '../../src/worker/worker-options.js'

// Real workers and a real Python behind the real bridge; only the handlers train nothing.

const module = fileURLToPath(new URL('../fixtures/run/scheduling_main.py', import.meta.url))

/** A folder that goes when the file's tests have ended. */
export const temporary = mkdtempSync(path.join(tmpdir(), 'twintune-run-'))
afterAll(() => rmSync(temporary, { recursive: true }))

const data = path.join(temporary, 'data.parquet')
writeFileSync(data, '')

/** A valid experiment of two frameworks and two seeds; whatever is given replaces what stands here. */
export function experiment(changes: Partial<ExperimentInput> = {}): Experiment {
  return defineExperiment({
    name: 'scheduling',
    dataset: { source: 'parquet', train: data, imageSize: 224 },
    model: { backbone: 'resnet18', weights: 'random' },
    seeds: [0, 1],
    device: 'cpu',
    training: { phases: [{ epochs: 1 }] },
    ...changes,
  })
}

/** The evidence of the tests that are about something else: none. */
const noEvidence = { replay: 'none', crossEvaluation: false } as const

/** What the fixture's Python is told to do: of `import-FRAMEWORK`, `FRAMEWORK-SEED`, `paired-difference` or `compare-predictions`. */
export type Behaviours = Readonly<
  Record<string, 'raise' | 'die' | 'die once' | 'slow' | 'speak' | 'wait' | 'hang' | 'disturbed' | 'differ'>
>

/** Starts workers whose Python does what it is told. */
export function workerStarter(behaviours: Behaviours = {}): (options: WorkerOptions) => Worker {
  const environment = { TWINTUNE_FIXTURE: JSON.stringify(behaviours) }
  return (options) => Worker.start({ ...options, module, environment })
}

/** Carries an experiment out with the fixture's workers. */
export function carryOut(
  subject: Experiment,
  behaviours: Behaviours = {},
  { signal, ...options }: Partial<CarryOutOptions> & { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Event> {
  return eventStream(
    (emit, cancelSignal) =>
      carryOutExperiment(
        subject,
        {
          runsDirectory: path.join(temporary, 'runs'),
          parallel: 1,
          featureCache: true,
          evidence: noEvidence,
          startWorker: workerStarter(behaviours),
          ...options,
        },
        emit,
        cancelSignal,
      ),
    signal,
  )
}

/** All that happens when the run in a folder is gone on with, by the fixture's workers. */
export async function eventsOfResuming(
  comparisonDirectory: string,
  behaviours: Behaviours = {},
  evidence: Partial<EvidenceOptions> = {},
): Promise<Event[]> {
  const options = { parallel: 1, featureCache: true, evidence, startWorker: workerStarter(behaviours) }
  const events: Event[] = []
  const resuming = eventStream<Event>((emit, signal) =>
    resumeExperiment(comparisonDirectory, options, emit, signal),
  )
  for await (const event of resuming) events.push(event)
  return events
}

/** All that happens when seeds are added to the comparison in a folder, by the fixture's workers. */
export async function eventsOfExtending(
  comparisonDirectory: string,
  seeds: readonly number[],
  behaviours: Behaviours = {},
  signal?: AbortSignal,
): Promise<Event[]> {
  const options = { parallel: 1, featureCache: true, evidence: {}, startWorker: workerStarter(behaviours) }
  const events: Event[] = []
  const extending = eventStream<Event>(
    (emit, cancelSignal) => extendExperiment(comparisonDirectory, { ...options, seeds }, emit, cancelSignal),
    signal,
  )
  for await (const event of extending) events.push(event)
  return events
}

/** All that happens when the comparisons in folders are merged, by the fixture's workers. */
export async function eventsOfMerging(
  folders: readonly string[],
  behaviours: Behaviours = {},
): Promise<Event[]> {
  const options = { runsDirectory: path.join(temporary, 'merged'), startWorker: workerStarter(behaviours) }
  const events: Event[] = []
  const merging = eventStream<Event>((emit, signal) => mergeComparisons(folders, options, emit, signal))
  for await (const event of merging) events.push(event)
  return events
}

/** All that happens when an experiment is carried out to its end. */
export async function eventsOf(...args: Parameters<typeof carryOut>): Promise<Event[]> {
  const events: Event[] = []
  for await (const event of carryOut(...args)) events.push(event)
  return events
}

/** The events of one type. */
export function ofType<Type extends Event['type']>(events: readonly Event[], type: Type): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type)
}

/** The last event, which tells how the comparison ended. */
export function ending(events: readonly Event[]): EventOf<'comparison-finished'> {
  const last = events.at(-1)
  if (last?.type !== 'comparison-finished') throw new Error('The last event is not comparison-finished.')
  return last
}

/** `tensorflow 0` or `tensorflow 0 repeat`, as the tests name runs. */
export function runName({ framework, seed, repeat }: Run): string {
  return `${framework} ${seed}${repeat ? ' repeat' : ''}`
}

/** The JSON in a file of the comparison's folder. */
export function readJson(...segments: readonly string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(...segments), 'utf8'))
}
