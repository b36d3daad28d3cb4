import { describe, expect, it } from 'vitest'
import { expandShorthands } from '../../src/plan/expand-shorthands.js'
import { planRecordings, recordedExperiment } from '../../src/plan/plan-recordings.js'
import type { Trained } from '../../src/protocol/request-parts.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { ExperimentInput } from '../../src/spec/schema.js'

function experimentWith(training: ExperimentInput['training']) {
  return expandShorthands(
    defineExperiment({
      name: 'ladder',
      dataset: { source: 'imagefolder', train: '/photos' },
      model: { backbone: 'resnet18' },
      training,
    }),
  )
}

function recordedOf(training: ExperimentInput['training'], trained: Trained = 'phase') {
  return recordedExperiment(experimentWith(training), { trained, precision: 'float64' })
}

describe('the recordings of a ladder', () => {
  it('are two in float64 and one in the precision of the experiment', () => {
    expect(planRecordings(experimentWith({ precision: 'bfloat16' }), { phaseOnly: false })).toEqual([
      { trained: 'phase', precision: 'float64' },
      { trained: 'all', precision: 'float64' },
      { trained: 'phase', precision: 'bfloat16' },
    ])
  })

  it('have no rounding where the experiment is in float64', () => {
    expect(planRecordings(experimentWith({ precision: 'float64' }), { phaseOnly: true })).toEqual([
      { trained: 'phase', precision: 'float64' },
    ])
  })
})

describe('the experiment of a recording', () => {
  it('is the first phase, deterministic, in float64', () => {
    const recorded = recordedOf({ phases: [{ epochs: 2 }, { trainable: 'all' }] })
    expect(recorded.deterministic).toBe(true)
    expect(recorded.training).toMatchObject({
      precision: 'float64',
      phases: [{ epochs: 2, trainable: 'head' }],
    })
    expect(recorded.training.phases).toHaveLength(1)
  })

  it('has at most 16 images a batch and two batches a step', () => {
    expect(recordedOf({ batchSize: 256, gradientAccumulation: 8 }).training).toMatchObject({
      batchSize: 16,
      gradientAccumulation: 2,
    })
    expect(recordedOf({ batchSize: 4 }).training).toMatchObject({ batchSize: 4, gradientAccumulation: 1 })
  })

  it('trains everything with moving statistics where all is asked for, and else leaves the phase as it is', () => {
    const training: ExperimentInput['training'] = {
      phases: [{ optimizer: { name: 'sgd', learningRate: 0.1 } }],
    }
    expect(recordedOf(training).training.phases).toMatchObject([
      { trainable: 'head', batchNorm: 'inference' },
    ])
    expect(recordedOf(training, 'all').training.phases).toMatchObject([
      { trainable: 'all', batchNorm: 'train', optimizer: { name: 'sgd', learningRate: 0.1 } },
    ])
  })
})
