import { defineExperiment } from '../../src/spec/define-experiment.js'
import type { Experiment, ExperimentInput } from '../../src/spec/schema.js'

/** Experiments whose scripts differ in as many parts as possible, by what they are about. */
export const specifications: Readonly<Record<string, Experiment>> = Object.fromEntries(
  Object.entries({
    'a head': {},
    'a linear head with momentum': {
      model: { backbone: 'resnet18', head: { hidden: [] } },
      training: {
        phases: [{ optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } }],
      },
    },
    'every change to images': {
      augmentation: {
        randomResizedCrop: {},
        horizontalFlip: 0.5,
        verticalFlip: 0.1,
        rotation: 10,
        colorJitter: { brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1 },
        randomErasing: {},
      },
    },
    'mixup and CutMix': { augmentation: { mixup: 0.2, cutmix: 1 } },
    'mixup alone': { augmentation: { mixup: 0.2 } },
    'CutMix alone': { augmentation: { cutmix: 1 } },
    'a schedule of each kind': {
      training: {
        phases: [
          { schedule: { name: 'cosine', warmupEpochs: 1 } },
          { schedule: { name: 'step', everyEpochs: 2, factor: 0.5 } },
          { schedule: { name: 'oneCycle' } },
          { schedule: { name: 'constant', warmupEpochs: 0.5 } },
        ],
      },
    },
    'the whole network, layer by layer': {
      training: {
        fineTune: { epochs: 3 },
        classWeights: 'balanced',
        labelSmoothing: 0.1,
      },
    },
    'early stopping by accuracy, keeping the last': {
      training: { earlyStopping: { monitor: 'accuracy', restoreBest: false, minDelta: 0.01 } },
    },
    'dropout of two layers': {
      model: { backbone: 'efficientnet_b0', head: { hidden: [64, 32], dropout: 0.3, activation: 'silu' } },
    },
    'folders without a test': { dataset: { source: 'imagefolder', train: '/data/images' } },
    'a CSV file without validation': {
      dataset: { source: 'csv', train: '/data/train.csv', test: '/data/test.csv', validationFraction: 0 },
    },
    'seeds that differ by purpose': { seeds: [0, 7], comparison: { vary: ['init', 'split'] } },
    'weights from a file': { model: { backbone: 'vgg16', weights: { file: '/data/vgg16.safetensors' } } },
    'the own libraries': { mode: 'idiomatic', model: { backbone: 'resnet50' } },
    'the own libraries, all trained': {
      mode: 'idiomatic',
      model: { backbone: 'efficientnet_b0', head: { hidden: [64], dropout: 0.2 } },
      training: { phases: [{ trainable: 'all', optimizer: { name: 'adamw', beta1: 0.8 } }] },
    },
  } satisfies Record<string, Partial<ExperimentInput>>).map(([name, changes]) => [
    name,
    defineExperiment({
      name: 'ejected',
      dataset: { source: 'parquet', train: '/data/train.parquet', test: '/data/test.parquet' },
      model: { backbone: 'resnet18', weights: 'random' },
      ...changes,
    } as ExperimentInput),
  ]),
)
