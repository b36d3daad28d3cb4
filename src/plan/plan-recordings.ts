import type { Trained } from '../protocol/request-parts.js'
import type { Experiment } from '../spec/schema.js'
import type { Phase } from '../spec/training-schema.js'

/** Recording that both engines make. */
export interface PlannedRecording {
  readonly trained: Trained
  readonly precision: Experiment['training']['precision']
}

// Larger batches show no more: every rung but the steps is about the first batch.
const largestBatch = 16
const mostAccumulated = 2

/**
 * Plans the recordings that both engines make, in this order: the meaning in float64, of the first phase and of everything
 * trained; then the rounding in the experiment's own precision.
 */
export function planRecordings(
  { training: { precision } }: Experiment,
  { phaseOnly }: { readonly phaseOnly: boolean },
): PlannedRecording[] {
  return [
    { trained: 'phase', precision: 'float64' },
    ...(phaseOnly ? [] : [{ trained: 'all', precision: 'float64' } as const]),
    ...(precision === 'float64' ? [] : [{ trained: 'phase', precision } as const]),
  ]
}

/**
 * Makes the experiment that a recording is of: the first phase, deterministic, in small batches.
 *
 * @param experiment - Experiment with its shorthands written out.
 */
export function recordedExperiment(
  experiment: Experiment,
  { trained, precision }: PlannedRecording,
): Experiment {
  const { training } = experiment
  const phases = training.phases.slice(0, 1)
  return {
    ...experiment,
    deterministic: true,
    training: {
      ...training,
      precision,
      batchSize: Math.min(largestBatch, training.batchSize),
      gradientAccumulation: Math.min(mostAccumulated, training.gradientAccumulation),
      phases: trained === 'all' ? phases.map(trainingAll) : phases,
    },
  }
}

// So the backward pass is looked at where the phase trains the head alone.
function trainingAll(phase: Phase): Phase {
  return { ...phase, trainable: 'all', batchNorm: 'train' }
}
