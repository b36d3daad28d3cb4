import { describe, expect, it } from 'vitest'
import { checkPerturbation } from '../../src/plan/check-perturbation.js'
import { runRequest } from '../../src/plan/run-request.js'
import { perturbationSchema } from '../../src/protocol/perturbation.js'
import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { ExperimentInput } from '../../src/spec/schema.js'

type PhaseInput = NonNullable<NonNullable<ExperimentInput['training']>['phases']>[number]

const adapting: PhaseInput = { batchNorm: 'adapt' }
const frozen: PhaseInput = { batchNorm: 'inference', optimizer: { name: 'adam' } }

describe('planting a difference', () => {
  it.each(perturbationSchema.options)('is possible with Adam and BatchNorm in training mode: %s', (name) => {
    expect(() => checkPerturbation(name, [runOf(adapting)])).not.toThrow()
  })

  it.each(['sgd', 'rmsprop'] as const)('of Adam is refused where the optimizer is %s', (optimizer) => {
    expect(() => checkPerturbation('adam-epsilon', [runOf({ optimizer: { name: optimizer } })])).toThrow(
      `The perturbation adam-epsilon has no effect: the first phase's optimizer is ${optimizer}.`,
    )
  })

  it.each(['bn-epsilon', 'bn-mode', 'bn-momentum'] as const)(
    'of BatchNorm is refused where the backbone has none: %s',
    (name) => {
      expect(() => checkPerturbation(name, [runOf({}, 'vgg11')])).toThrow('vgg11 has no BatchNorm layers')
    },
  )

  it('of running statistics is refused where nothing that is recorded moves them', () => {
    const failing = () => checkPerturbation('bn-momentum', [runOf(frozen), runOf(frozen)])
    expect(failing).toThrow('nothing moves its running statistics')
    expect(failing).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'PERTURBATION_WITHOUT_EFFECT',
          hint: expect.stringContaining('--phase-only'),
        }),
      }),
    )
  })

  it('of TensorFloat-32 is refused where no recording is in float32', () => {
    expect(() => checkPerturbation('tf32', [runOf(adapting, 'resnet18', 'float16')])).toThrow(
      'TensorFloat-32 rounds in float32 alone.',
    )
  })

  it('of running statistics is possible where one of the recordings moves them', () => {
    expect(() => checkPerturbation('bn-momentum', [runOf(frozen), runOf(adapting)])).not.toThrow()
  })
})

function runOf(phase: PhaseInput, backbone = 'resnet18', precision: 'float32' | 'float16' = 'float32') {
  const experiment = defineExperiment({
    name: 'perturbed',
    dataset: { source: 'imagefolder', train: '/data/train' },
    model: { backbone },
    training: { phases: [phase], precision },
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
  return runRequest(experiment, { framework: 'pytorch', seed: 0 }, surroundings)
}
