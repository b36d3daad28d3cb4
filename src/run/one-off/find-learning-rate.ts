import { expandShorthands } from '../../plan/expand-shorthands.js'
import type { Run } from '../../plan/plan-runs.js'
import { findLearningRateMessage, type LearningRateCurve } from '../../protocol/find-learning-rate.js'
import type { SweepProgress } from '../../protocol/progress.js'
import type { Experiment, Framework } from '../../spec/schema.js'
import { FrameworkWorker } from '../workers/framework-worker.js'
import { withTemporaryWorker } from '../workers/temporary-worker.js'
import { checkData } from './check-data.js'
import type { SweepRange } from './sweep-range.js'
import { firstRun, temporaryRunRequest } from './temporary-run.js'

/** Learning-rate sweep of one framework. */
export interface LearningRateSweep extends LearningRateCurve {
  readonly framework: Framework
  readonly seed: number
}

export interface SweepOptions extends SweepRange {
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
export async function sweepLearningRates(
  specification: Experiment,
  { frameworks, ...options }: SweepOptions,
): Promise<LearningRateSweep[]> {
  await checkData(specification, options.signal)
  const experiment = expandShorthands(specification)
  const sweeps: LearningRateSweep[] = []
  for (const framework of frameworks) {
    const run = firstRun(experiment, framework)
    sweeps.push({ ...run, ...(await sweep(experiment, run, options)) })
  }
  return sweeps
}

function sweep(
  experiment: Experiment,
  run: Run,
  { start, end, steps, signal, onProgress }: Omit<SweepOptions, 'frameworks'>,
): Promise<LearningRateCurve> {
  const { framework } = run
  return withTemporaryWorker(framework, async (worker, folder) => {
    await FrameworkWorker.warmUp(worker, framework, { mode: experiment.mode, signal })
    return worker.request(
      findLearningRateMessage,
      { run: temporaryRunRequest(firstPhaseOf(experiment), run, folder), start, end, steps },
      { signal, onProgress: (progress) => onProgress(framework, progress) },
    )
  })
}

function firstPhaseOf(experiment: Experiment): Experiment {
  const { training } = experiment
  return { ...experiment, training: { ...training, phases: training.phases.slice(0, 1) } }
}
