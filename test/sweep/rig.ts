import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { eventStream } from '../../src/run/event-stream.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { Experiment, ExperimentInput } from '../../src/spec/schema.js'
import { carryOutSweep, type SweepRunsOptions } from '../../src/sweep/carry-out-sweep.js'
import type { SweepEvent, SweepEventOf } from '../../src/sweep/events.js'
import { Worker } from '../../src/worker/worker.js'
import type { WorkerOptions } from '../../src/worker/worker-options.js'

// Real workers behind the real bridge, and the real Optuna; only the runs train nothing (trials_main.py says what they come to).

const module = fileURLToPath(new URL('../fixtures/sweep/trials_main.py', import.meta.url))

/** A folder that goes when the file's tests have ended. */
export const temporary = mkdtempSync(path.join(tmpdir(), 'twintune-sweep-'))
afterAll(() => rmSync(temporary, { recursive: true }))

const data = path.join(temporary, 'data.parquet')
writeFileSync(data, '')

type SweepInput = NonNullable<ExperimentInput['sweep']>

const learningRate = 'training.phases[0].optimizer.learningRate'

/** A valid experiment with a sweep; whatever is given replaces what stands here. */
export function experiment(
  sweep: Partial<SweepInput> = {},
  changes: Partial<ExperimentInput> = {},
): Experiment {
  return defineExperiment({
    name: 'searching',
    dataset: { source: 'parquet', train: data, imageSize: 224 },
    model: { backbone: 'resnet18', weights: 'random' },
    training: { phases: [{ epochs: 3 }] },
    seeds: [0, 1],
    sweep: {
      parameters: { [learningRate]: { choice: [1e-4, 1e-2] }, 'training.batchSize': { choice: [32, 64] } },
      strategy: 'grid',
      ...sweep,
    },
    ...changes,
  })
}

/** What the fixture's runs do; see trials_main.py. */
export interface Behaviour {
  readonly bad?: number
  readonly wait?: number
  readonly log?: string
  readonly blind?: boolean
  readonly lost?: number
}

export function workerStarter(behaviour: Behaviour = {}): (options: WorkerOptions) => Worker {
  const environment = { TWINTUNE_FIXTURE: JSON.stringify(behaviour) }
  return (options) => Worker.start({ ...options, module, environment })
}

/** Options of a sweep with the fixture's workers and without a final. */
export function optionsOf(
  behaviour: Behaviour = {},
  options: Partial<SweepRunsOptions> & { readonly runsDirectory?: string } = {},
) {
  return {
    runsDirectory: path.join(temporary, 'runs'),
    ...{ parallel: 1, featureCache: true, final: false, weighs: false },
    startWorker: workerStarter(behaviour),
    ...options,
  }
}

/** All that happens when a sweep is carried out. */
export async function eventsOf(
  subject: Experiment,
  behaviour: Behaviour = {},
  {
    signal,
    ...options
  }: Partial<SweepRunsOptions> & { readonly signal?: AbortSignal; readonly runsDirectory?: string } = {},
): Promise<SweepEvent[]> {
  const events: SweepEvent[] = []
  const sweeping = eventStream<SweepEvent>(
    (emit, cancelSignal) => carryOutSweep(subject, optionsOf(behaviour, options), emit, cancelSignal),
    signal,
  )
  for await (const event of sweeping) events.push(event)
  return events
}

/** The last event, which has the whole sweep. */
export function ending(events: readonly SweepEvent[]): SweepEventOf<'sweep-finished'> {
  const last = events.at(-1)
  if (last?.type !== 'sweep-finished') throw new Error('The last event is not sweep-finished.')
  return last
}

/** The events of one type. */
export function ofType<Type extends SweepEvent['type']>(
  events: readonly SweepEvent[],
  type: Type,
): SweepEventOf<Type>[] {
  return events.filter((event): event is SweepEventOf<Type> => event.type === type)
}
