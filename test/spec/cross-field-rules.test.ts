import { describe, expect, it } from 'vitest'
import { issuesOfValue, smallest } from './rig.js'

const phase = (fields: object) => ({ ...smallest, training: { phases: [{ epochs: 2 }, fields] } })
const idiomatic = { ...smallest, mode: 'idiomatic' }

describe('rules that bind several fields', () => {
  it.each([
    [
      'a framework listed twice',
      { ...smallest, frameworks: ['pytorch', 'tensorflow', 'pytorch'] },
      'frameworks[2]: pytorch is listed already',
    ],
    [
      'a purpose of the seeds listed twice',
      { ...smallest, comparison: { vary: ['init', 'order', 'init'] } },
      'comparison.vary[2]: init is listed already',
    ],
    [
      'the margin of a metric that there is not',
      { ...smallest, comparison: { margins: { acuracy: 0.01 } } },
      "comparison.margins.acuracy: unknown key 'acuracy'; did you mean 'accuracy'?",
    ],
    [
      'a primary metric that there is not',
      { ...smallest, comparison: { primaryMetric: 'topFive' } },
      "comparison.primaryMetric: expected accuracy, topFiveAccuracy, macroF1, loss or calibrationError, got the text 'topFive'",
    ],
    ['a seed listed twice', { ...smallest, seeds: [3, 1, 3] }, 'seeds[2]: 3 is listed already'],
    [
      'more seeds than anybody waits for',
      { ...smallest, seeds: Array.from({ length: 10_001 }, (_, seed) => seed) },
      'seeds: must have at most 10000 entries, got a list of 10001',
    ],
    [
      "idiomatic mode with crops, which each library's own pipeline doesn't have",
      { ...idiomatic, dataset: { ...smallest.dataset, resize: 'crop' } },
      'dataset.resize: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'idiomatic mode with balanced draws',
      { ...idiomatic, training: { sampler: 'balanced' } },
      'training.sampler: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'classes that are evened out twice',
      { ...smallest, training: { sampler: 'balanced', classWeights: 'balanced' } },
      'training.classWeights: weighs classes by their sizes, and training.sampler draws all of them equally often: leave one of the two out',
    ],
    [
      'a backbone that only aligned mode has',
      { ...idiomatic, model: { backbone: 'resnet18' } },
      `model.backbone: idiomatic mode needs a model of both keras.applications and torchvision, and resnet18 is none; nearest: resnet101, resnet152, resnet50 (\`twintune backbones\` lists them)`,
    ],
    [
      'a backbone that only idiomatic mode has',
      { ...smallest, model: { backbone: 'convnext_tiny' } },
      `model.backbone: aligned mode needs a model of both keras-hub and timm, and convnext_tiny is none; nearest: cspresnext50, resnet18, resnet26 (\`twintune backbones\` lists them)`,
    ],
    [
      'a file of weights in idiomatic mode',
      { ...idiomatic, model: { backbone: 'resnet50', weights: { file: '/w' } } },
      'model.weights: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'augmentation in idiomatic mode',
      { ...idiomatic, augmentation: { mixup: 0.2 } },
      'augmentation.mixup: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'a random crop in idiomatic mode',
      { ...idiomatic, augmentation: { randomResizedCrop: {} } },
      'augmentation.randomResizedCrop: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'RandAugment in idiomatic mode',
      { ...idiomatic, augmentation: { randAugment: {} } },
      'augmentation.randAugment: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'a BatchNorm policy in idiomatic mode',
      { ...phase({ batchNorm: 'adapt' }), mode: 'idiomatic' },
      'training.phases[1].batchNorm: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'a moving average in idiomatic mode',
      { ...idiomatic, training: { ema: {} } },
      'training.ema: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'compiled steps in idiomatic mode',
      { ...idiomatic, training: { compile: true } },
      'training.compile: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'kept images in idiomatic mode',
      { ...idiomatic, dataset: { ...smallest.dataset, cacheDecoded: 'disk' } },
      'dataset.cacheDecoded: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'phases beside fineTune',
      { ...smallest, training: { fineTune: {}, phases: [{ epochs: 1 }] } },
      'training.fineTune: stands in place of training.phases: give one of the two',
    ],
    [
      'a range that runs backwards',
      { ...smallest, augmentation: { randomResizedCrop: { scale: [1, 0.5] } } },
      'augmentation.randomResizedCrop.scale: must be the smallest value, then the largest',
    ],
    [
      'views that are mixed',
      { ...smallest, augmentation: { horizontalFlip: 0.5, views: 2, mixup: 0.2, cutmix: 1 } },
      'augmentation.views: mixup and cutmix would mix the views anew in every step, so that none is fixed: leave one of the two out',
    ],
    [
      'images too small for a backbone that pads nothing',
      {
        ...idiomatic,
        dataset: { ...smallest.dataset, imageSize: 74 },
        model: { backbone: 'inception_v3' },
      },
      'dataset.imageSize: inception_v3 needs at least 75, got 74',
    ],
    [
      'float16 on a CPU',
      { ...smallest, device: 'cpu', training: { precision: 'float16' } },
      'training.precision: float16 needs a GPU: CPUs have no float16 arithmetic, and its range wants loss scaling; use bfloat16',
    ],
    [
      'early stopping without validation images',
      {
        ...smallest,
        dataset: { ...smallest.dataset, validationFraction: 0 },
        training: { earlyStopping: {} },
      },
      'training.earlyStopping: needs validation images, and dataset.validationFraction is 0',
    ],
    [
      'a cosine that rises',
      phase({ schedule: { name: 'cosine', finalLearningRate: 0.01 } }),
      "training.phases[1].schedule.finalLearningRate: must not be more than the optimizer's learningRate (0.001), from which the cosine falls to it",
    ],
    [
      'to keep the worst epoch',
      { ...smallest, training: { earlyStopping: { monitor: 'accuracy', mode: 'min' } } },
      'training.earlyStopping.mode: would keep the worst accuracy: leave it out',
    ],
    [
      'float64 in idiomatic mode',
      { ...idiomatic, training: { precision: 'float64' } },
      'training.precision: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'last stages in idiomatic mode',
      { ...phase({ trainable: { lastStages: 1 } }), mode: 'idiomatic' },
      'training.phases[1].trainable: is for aligned mode only: idiomatic mode leaves it to each framework',
    ],
    [
      'more stages than the backbone has',
      phase({ trainable: { lastStages: 6 } }),
      'training.phases[1].trainable.lastStages: resnet50 has 5 stages',
    ],
    [
      'a stage that the backbone does not have, with the one that was meant',
      phase({ trainable: { from: 'layr4' } }),
      "training.phases[1].trainable.from: expected one of stem, layer1, layer2, layer3, layer4, got 'layr4'; did you mean 'layer4'?",
    ],
    [
      'two ways to say which stages train',
      phase({ trainable: { lastStages: 1, from: 'layer4' } }),
      'training.phases[1].trainable.from: excludes the keys beside it: give one of lastStages, from',
    ],
    [
      'a stage of another backbone',
      phase({ trainable: { from: 'denseblock' } }),
      "training.phases[1].trainable.from: expected one of stem, layer1, layer2, layer3, layer4, got 'denseblock'",
    ],
    [
      'Nesterov without momentum, by default',
      phase({ optimizer: { name: 'sgd', nesterov: true } }),
      'training.phases[1].optimizer.nesterov: needs a momentum of more than 0',
    ],
    [
      "a warm-up as long as the phase's default",
      phase({ schedule: { name: 'cosine', warmupEpochs: 5 } }),
      "training.phases[1].schedule.warmupEpochs: must be less than the phase's epochs (5), got 5",
    ],
  ])('reject %s', (_, spec, issue) => {
    expect(issuesOfValue(spec)).toEqual([issue])
  })

  it.each([
    ['as many stages as the backbone has', phase({ trainable: { lastStages: 5 } })],
    ['a stage of the backbone', phase({ trainable: { from: 'layer3' } })],
    ['a warm-up of half a phase', phase({ epochs: 1, schedule: { name: 'constant', warmupEpochs: 0.5 } })],
    ['Nesterov with momentum', phase({ optimizer: { name: 'sgd', nesterov: true, momentum: 0.9 } })],
    ['idiomatic mode with what it has', idiomatic],
    [
      'early stopping on a folder that may hold one of validation images',
      {
        ...smallest,
        dataset: { source: 'imagefolder', train: '/data/images', validationFraction: 0 },
        training: { earlyStopping: {} },
      },
    ],
  ])('accept %s', (_, spec) => {
    expect(issuesOfValue(spec)).toEqual([])
  })

  it('hold while other fields are bad, misspelt or missing', () => {
    const { name: _, ...nameless } = phase({
      epochs: 2,
      optimiser: { name: 'sgdd', nesterov: true },
      trainable: 7,
    })
    const spec = {
      ...nameless,
      mode: 'idiomatic',
      seeds: [1.5, 0, 0],
      model: { backbone: 'resnet18', weights: 3 },
      device: 1,
    }
    expect(issuesOfValue(spec)).toEqual(
      expect.arrayContaining([
        'name: missing; expected a text',
        'seeds[2]: 0 is listed already',
        expect.stringMatching(/^model\.backbone: idiomatic mode needs/),
        'training.phases[1].optimiser.nesterov: needs a momentum of more than 0',
      ]),
    )
  })
})
