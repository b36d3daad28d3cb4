import { type CancelSignal, withAbortSignal } from '../cancellation.js'
import { TwintuneError } from '../failure.js'
import type { SweepProgress } from '../protocol/progress.js'
import type { LearningRateSweep } from '../run/one-off/find-learning-rate.js'
import { defaultRange, fewestSteps, type SweepRange } from '../run/one-off/sweep-range.js'
import type { Experiment, Framework } from '../spec/schema.js'
import { checkFramework, checkOptionNames, requireExperiment } from './arguments.js'

/** Options of a learning-rate sweep. */
export interface FindLearningRatesOptions {
  /**
   * Learning rate that the sweep starts at.
   * @defaultValue 1e-7
   */
  readonly start?: number | undefined
  /**
   * Learning rate that the sweep goes to.
   * @defaultValue 10
   */
  readonly end?: number | undefined
  /**
   * Number of steps, from 10 up.
   * @defaultValue 100
   */
  readonly steps?: number | undefined
  /**
   * Frameworks that are swept, one after the other.
   * @defaultValue those of the experiment
   */
  readonly frameworks?: readonly Framework[] | undefined
  /** Callback that is told of each step. */
  readonly onProgress?: ((framework: Framework, progress: SweepProgress) => void) | undefined
  /** Signal that cancels when it is aborted. */
  readonly signal?: CancelSignal | undefined
}

/**
 * Sweeps the learning rate of an experiment's first phase with its first seed (Smith 2017), and suggests rates by fastai's
 * methods. Nothing is kept of the training.
 *
 * @throws TwintuneError When the range is none, or a framework can't be used, or its data, weights or device.
 */
export async function findLearningRates(
  experiment: Experiment,
  options: FindLearningRatesOptions = {},
): Promise<LearningRateSweep[]> {
  requireExperiment('findLearningRates', experiment)
  checkOptionNames<FindLearningRatesOptions>('findLearningRates', options, {
    start: true,
    end: true,
    steps: true,
    frameworks: true,
    onProgress: true,
    signal: true,
  })
  const { frameworks = experiment.frameworks, onProgress = () => {}, signal } = options
  const { start = defaultRange.start, end = defaultRange.end, steps = defaultRange.steps } = options
  for (const framework of frameworks) checkFramework(framework)
  const range = { start, end, steps }
  checkRange(range)
  const { sweepLearningRates } = await import('../run/one-off/find-learning-rate.js')
  return withAbortSignal(signal, (abort) =>
    sweepLearningRates(experiment, { ...range, frameworks, onProgress, signal: abort }),
  )
}

function checkRange({ start, end, steps }: SweepRange): void {
  if (!(Number.isFinite(start) && Number.isFinite(end) && start > 0 && end > start))
    throw invalid(`start must be above 0 and end above start, not ${start} and ${end}`)
  if (!(Number.isInteger(steps) && steps >= fewestSteps))
    throw invalid(`steps must be a whole number from ${fewestSteps} up, not ${steps}`)
}

function invalid(message: string): TwintuneError {
  return new TwintuneError({ code: 'SPEC_INVALID', message })
}
