import { describe, expect, it } from 'vitest'
import { runRequest } from '../../src/plan/run-request.js'
import { runRequestSchema } from '../../src/protocol/request-parts.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { ExperimentInput } from '../../src/spec/schema.js'

describe('the request of a run', () => {
  it('is complete, and nothing else than what Python knows', () => {
    const request = requestOf({ $schema: '../experiment.schema.json' })
    expect(runRequestSchema.parse(request)).toEqual(request)
    expect(request).toMatchObject({
      framework: 'pytorch',
      seed: 3,
      training: { batchSize: 32 },
      runDirectory: '/runs/x',
    })
  })

  it('gives both frameworks one epsilon in aligned mode', () => {
    expect(epsilons({})).toEqual([1e-8])
  })

  it('keeps the epsilon that the user chose', () => {
    expect(epsilons({ training: { phases: [{ optimizer: { name: 'adamw', epsilon: 1e-3 } }] } })).toEqual([
      1e-3,
    ])
  })

  it("leaves each framework's own epsilon alone in idiomatic mode", () => {
    expect(epsilons({ mode: 'idiomatic' })).toEqual([undefined])
  })

  it('says which kind of weights it means', () => {
    const weightsOf = (weights: ExperimentInput['model']['weights']) =>
      requestOf({ model: { backbone: 'resnet50', weights } }).model.weights
    expect(weightsOf('random')).toEqual({ kind: 'random' })
    expect(weightsOf({ file: '/weights/x.safetensors' })).toEqual({
      kind: 'file',
      path: '/weights/x.safetensors',
    })
  })
})

function requestOf(changes: Partial<ExperimentInput>) {
  const experiment = defineExperiment({
    name: 'request',
    dataset: { source: 'imagefolder', train: '/data/train' },
    model: { backbone: 'resnet50' },
    ...changes,
  })
  const surroundings = {
    runDirectory: '/runs/x',
    keepSteps: 'none' as const,
    resume: false,
    cacheDirectory: '/cache',
    featureCache: true,
    featureCacheBytes: 20 * 2 ** 30,
    torchPython: 'python3',
  }
  return runRequest(experiment, { framework: 'pytorch', seed: 3 }, surroundings)
}

function epsilons(changes: Partial<ExperimentInput>) {
  return requestOf(changes).training.phases.map(({ optimizer }) =>
    optimizer.name === 'sgd' ? null : optimizer.epsilon,
  )
}
