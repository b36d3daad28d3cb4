import type { RunRequest } from '../protocol/request-parts.js'
import type { Experiment } from '../spec/schema.js'

/** Short run of an experiment, which takes the same way as a whole one. */
export interface PlannedShortRun {
  readonly precision: Experiment['training']['precision']
  readonly experiment: Experiment
  readonly shorten: NonNullable<RunRequest['shorten']>
  readonly keepSteps: RunRequest['keepSteps']
  /** Number of times that each framework carries it out; the second time finds features and backbone kept. */
  readonly times: number
}

const largestBatch = 16
const mostEpochs = 2
// The frozen stages are prepared only where enough images pass through them.
const imagesToPrepare = 128

/**
 * Plans the short runs of an experiment: in float64, where every step is taken again by the other framework, and in the
 * experiment's own precision, where frozen stages are folded or traced and their features come from the cache. All phases
 * are in them, with two epochs at most. The last batch of an epoch is short, and with accumulation its last group too.
 *
 * @param experiment - Experiment with its shorthands written out.
 */
export function planShortRuns(experiment: Experiment): PlannedShortRun[] {
  const { precision, gradientAccumulation, dataParallel } = experiment.training
  const batchSize = Math.min(largestBatch, experiment.training.batchSize)
  // BatchNorm can't learn from a batch of one image, and each device needs one.
  const fewest = Math.max(2, dataParallel?.devices ?? 1)
  const half = batchSize > fewest ? Math.max(fewest, Math.ceil(batchSize / 2)) : 0
  const evaluation = 2 * batchSize + half
  const exact = {
    experiment: shortened(experiment, batchSize, 'float64'),
    keepSteps: 'all',
    times: 1,
  } as const
  const own = {
    experiment: shortened(experiment, batchSize, precision),
    keepSteps: 'chosen',
    times: 2,
  } as const
  const groups = Math.max(2, Math.ceil(imagesToPrepare / (batchSize * gradientAccumulation)))
  return [
    { ...exact, precision: 'float64', shorten: { train: imagesOf(2), evaluation } },
    ...(precision === 'float64'
      ? []
      : [{ ...own, precision, shorten: { train: imagesOf(groups), evaluation } }]),
  ]

  // So many whole groups, then one that is short: its last batch has half of its images.
  function imagesOf(groups: number): number {
    const batches = groups * gradientAccumulation + (gradientAccumulation > 2 ? 1 : 0)
    return batches * batchSize + half
  }
}

function shortened(
  experiment: Experiment,
  batchSize: number,
  precision: Experiment['training']['precision'],
): Experiment {
  const { training } = experiment
  const phases = training.phases.map((phase) => ({ ...phase, epochs: Math.min(mostEpochs, phase.epochs) }))
  return {
    ...experiment,
    profile: false,
    // In float64 meaning is looked at, and the quickest kernels are in the experiment's own precision.
    deterministic: precision === 'float64' || experiment.deterministic,
    training: { ...training, batchSize, precision, phases },
  }
}
