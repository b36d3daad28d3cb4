import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expandShorthands } from '../plan/expand-shorthands.js'
import type { Run } from '../plan/plan-runs.js'
import { runRequest } from '../plan/run-request.js'
import {
  findLearningRateMessage,
  type LearningRateCurve,
  type SweepProgress,
} from '../protocol/find-learning-rate.js'
import type { RunRequest } from '../protocol/run.js'
import type { Experiment, Framework } from '../spec/schema.js'
import { findPython } from '../worker/interpreter.js'
import { Worker } from '../worker/worker.js'
import { cacheDirectory } from './cache-directory.js'
import { FrameworkWorker } from './framework-worker.js'
import { checkInputFiles } from './input-files.js'

/** From which learning rate to which, in how many steps. */
export interface SweepRange {
  readonly start: number
  readonly end: number
  readonly steps: number
}

/** The sweep of one framework. */
export interface Sweep extends LearningRateCurve {
  readonly framework: Framework
  readonly seed: number
}

export interface FindLearningRateOptions extends SweepRange {
  readonly frameworks: readonly Framework[]
  readonly signal: AbortSignal
  readonly onProgress: (framework: Framework, progress: SweepProgress) => void
}

/**
 * Sweeps the learning rate of an experiment's first phase in each framework, one after the other, with the first seed.
 * Nothing is kept of the training.
 *
 * @throws TwintuneError When a framework can't be used, or its data, weights or device.
 */
export async function findLearningRates(
  specification: Experiment,
  { frameworks, ...options }: FindLearningRateOptions,
): Promise<Sweep[]> {
  checkInputFiles(specification)
  const experiment = expandShorthands(specification)
  const [seed = 0] = experiment.seeds
  // What Python prints matters only while it works: a failure quotes what it needs of it.
  const folder = await mkdtemp(path.join(os.tmpdir(), 'twintune-lr-find-'))
  try {
    const sweeps: Sweep[] = []
    for (const framework of frameworks) {
      const run = { framework, seed }
      sweeps.push({ ...run, ...(await sweep(firstPhaseOf(experiment, run, folder), folder, options)) })
    }
    return sweeps
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sweep(
  run: RunRequest,
  folder: string,
  { start, end, steps, signal, onProgress }: Omit<FindLearningRateOptions, 'frameworks'>,
): Promise<LearningRateCurve> {
  const { framework } = run
  const logFile = path.join(folder, `${framework}.log`)
  const worker = Worker.start({ name: framework, python: findPython(framework), logFile })
  try {
    await FrameworkWorker.warmUp(worker, framework, { signal })
    return await worker.request(
      findLearningRateMessage,
      { run, start, end, steps },
      { signal, onProgress: (progress) => onProgress(framework, progress) },
    )
  } finally {
    await worker.stop()
  }
}

function firstPhaseOf(experiment: Experiment, run: Run, runDirectory: string): RunRequest {
  const { training } = experiment
  const first = { ...experiment, training: { ...training, phases: training.phases.slice(0, 1) } }
  return runRequest(first, run, {
    runDirectory,
    resume: false,
    cacheDirectory: cacheDirectory(),
    torchPython: findPython('pytorch'),
  })
}
