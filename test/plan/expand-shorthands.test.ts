// Holds the options training.fineTune.freezeEpochs, training.fineTune.epochs,
// training.fineTune.baseLearningRate

import { describe, expect, it } from 'vitest'
import { expandShorthands } from '../../src/plan/expand-shorthands.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { ExperimentInput } from '../../src/spec/schema.js'

describe('fineTune', () => {
  const { training } = expand({ fineTune: { freezeEpochs: 2, epochs: 7, baseLearningRate: 0.004 } })

  it('becomes a phase of the head, then one of everything at half the rate', () => {
    expect(training.fineTune).toBeUndefined()
    expect(training.phases).toMatchObject([
      { epochs: 2, trainable: 'head', optimizer: { name: 'adamw', learningRate: 0.004 } },
      { epochs: 7, trainable: 'all', optimizer: { name: 'adamw', learningRate: 0.002 } },
    ])
  })

  it("gives the first stage a hundredth of the head's rate", () => {
    const stages = 5
    expect((training.phases[1]?.layerwiseDecay ?? 0) ** stages).toBeCloseTo(0.01, 12)
  })

  it('is left as it is when its result is expanded again', () => {
    const once = expand({ fineTune: {} })
    expect(expandShorthands(once)).toEqual(once)
    expect(defineExperiment(once)).toEqual(once)
  })
})

it("images have the size that the backbone's weights want in the mode, unless one is given", () => {
  const sizeOf = (input: Partial<ExperimentInput>) =>
    expandShorthands(defineExperiment({ ...withTraining({}), ...input })).dataset.imageSize
  expect(sizeOf({ model: { backbone: 'efficientnet_b2' } })).toBe(256)
  // timm's 224 is a size at which the engines pad otherwise than these weights were trained, and is warned of.
  expect(sizeOf({ model: { backbone: 'efficientnet_lite0' } })).toBe(225)
  expect(sizeOf({ model: { backbone: 'efficientnet_b2' }, mode: 'idiomatic' })).toBe(288)
  const dataset = { source: 'imagefolder', train: '/t', imageSize: 97 } as const
  expect(sizeOf({ model: { backbone: 'efficientnet_b2' }, dataset })).toBe(97)
})

it('an experiment without shorthands stays the same', () => {
  const dataset = { source: 'imagefolder', train: '/t', imageSize: 97 } as const
  const experiment = defineExperiment({ ...withTraining({ phases: [{ epochs: 3 }] }), dataset })
  expect(expandShorthands(experiment)).toEqual(experiment)
})

function expand(training: ExperimentInput['training']) {
  return expandShorthands(defineExperiment(withTraining(training)))
}

function withTraining(training: ExperimentInput['training']): ExperimentInput {
  return {
    name: 'shorthand',
    dataset: { source: 'imagefolder', train: '/data/train' },
    model: { backbone: 'resnet18' },
    training,
  }
}
