import { findBackbone } from '../backbones.js'
import type { Experiment } from '../spec/schema.js'
import type { Phase } from '../spec/training-schema.js'
import { phaseSchema } from '../spec/training-schema.js'
import { datasetRequest } from './dataset-request.js'

type FineTune = NonNullable<Experiment['training']['fineTune']>

/** Writes the shorthands of an experiment out. The result is what is carried out and kept. */
export function expandShorthands(experiment: Experiment): Experiment {
  const { fineTune, ...training } = experiment.training
  const dataset = datasetRequest(experiment)
  if (fineTune === undefined) return { ...experiment, dataset }
  const stages = findBackbone(experiment.model.backbone)?.aligned?.stages.length ?? 1
  return { ...experiment, dataset, training: { ...training, phases: fineTunePhases(fineTune, stages) } }
}

// fastai's `Learner.fine_tune` with its defaults (lr_mult 100, pct_start 0.99 and 0.3, div 25 and 5, decay 0.01), but
// for two: the momentum stays as it is, and BatchNorm follows our own default. Its rates are spread evenly, on a
// logarithmic scale, from the first stage to the head.
function fineTunePhases({ freezeEpochs, epochs, baseLearningRate }: FineTune, stages: number): Phase[] {
  const optimizer = { name: 'adamw', beta2: 0.99, epsilon: 1e-5, weightDecay: 0.01 } as const
  return [
    phaseSchema.parse({
      epochs: freezeEpochs,
      trainable: 'head',
      optimizer: { ...optimizer, learningRate: baseLearningRate },
      schedule: { name: 'oneCycle', riseFraction: 0.99 },
    }),
    phaseSchema.parse({
      epochs,
      trainable: 'all',
      layerwiseDecay: 100 ** (-1 / stages),
      optimizer: { ...optimizer, learningRate: baseLearningRate / 2 },
      schedule: { name: 'oneCycle', riseFraction: 0.3, startDivisor: 5 },
    }),
  ]
}
