import { fold } from './nearest.js'

// Names that Keras, PyTorch, timm, fastai, Lightning and transformers have for keys of a specification.
const namesElsewhere: Readonly<Record<string, readonly string[]>> = {
  dataset: ['data', 'dataloader'],
  train: ['path', 'trainDir', 'trainPath', 'dataDir'],
  weights: ['pretrained'],
  batchSize: ['bs', 'perDeviceTrainBatchSize'],
  backbone: ['arch', 'architecture', 'network', 'modelName'],
  beta1: ['betas'],
  clipGradientNorm: [
    'clipNorm',
    'globalClipNorm',
    'clipGrad',
    'clipGradNorm',
    'maxGradNorm',
    'gradientClipVal',
  ],
  compile: ['jitCompile', 'torchCompile'],
  decay: ['emaDecay', 'emaMomentum'],
  dropout: ['dropoutRate', 'dropRate'],
  epochs: ['numEpochs', 'nEpochs', 'numTrainEpochs', 'maxEpochs'],
  epsilon: ['eps', 'adamEpsilon'],
  everyEpochs: ['stepSize'],
  factor: ['gamma'],
  finalLearningRate: ['etaMin', 'minLr'],
  gradientAccumulation: ['gradientAccumulationSteps', 'accumulateGradBatches', 'gradAccumSteps'],
  horizontalFlip: ['flip', 'hflip', 'randomHorizontalFlip'],
  imageSize: ['imgSize', 'inputSize', 'targetSize', 'resolution'],
  labelSmoothing: ['smoothing'],
  learningRate: ['lr', 'baseLr', 'initialLr'],
  optimizer: ['opt', 'optim'],
  precision: ['amp', 'dtype', 'mixedPrecision'],
  primaryMetric: ['metric'],
  randAugment: ['autoAugment'],
  randomErasing: ['reprob'],
  augmentation: ['aug', 'transforms'],
  rotation: ['randomRotation'],
  schedule: ['sched', 'scheduler', 'lrScheduler', 'learningRateSchedule'],
  smoothing: ['rho', 'alpha'],
  trainable: ['freeze', 'unfreeze'],
  validationFraction: ['validationSplit', 'valSplit', 'valSize', 'valFraction', 'validationSize'],
  testFraction: ['testSize'],
  verticalFlip: ['vflip', 'randomVerticalFlip'],
  warmupEpochs: ['warmup'],
  weightDecay: ['wd', 'l2'],
}

// What other libraries call the values of a specification.
const valuesElsewhere: Readonly<Record<string, string>> = {
  cuda: 'gpu',
  double: 'float64',
  fp64: 'float64',
  float: 'float32',
  fp32: 'float32',
  bf16: 'bfloat16',
  fp16: 'float16',
  half: 'float16',
  mixed: 'float16',
  tf: 'tensorflow',
  keras: 'tensorflow',
  torch: 'pytorch',
}

/** Value that a text names as other libraries do, such as `gpu:1` for `cuda:1`; `null` for any other text. */
export function valueNamed(text: string): string | null {
  const [name = '', ...rest] = text.split(/(?=:)/)
  const value = valuesElsewhere[fold(name)]
  return value === undefined ? null : value + rest.join('')
}

const meanings = new Map<string, Set<string>>()
for (const [key, names] of Object.entries(namesElsewhere)) {
  for (const name of names) meanings.set(fold(name), (meanings.get(fold(name)) ?? new Set()).add(fold(key)))
}

/** Whether a text names a key: in another case, with `_` or `-` between its words, or as another library calls it. */
export function isNameOf(text: string, key: string): boolean {
  return fold(text) === fold(key) || meanings.get(fold(text))?.has(fold(key)) === true
}
