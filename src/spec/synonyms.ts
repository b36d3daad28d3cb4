import { fold } from './nearest.js'

// Names that Keras, PyTorch, timm, fastai, Lightning and transformers have for keys of a specification.
const namesElsewhere: Readonly<Record<string, readonly string[]>> = {
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

const meanings = new Map<string, Set<string>>()
for (const [key, names] of Object.entries(namesElsewhere)) {
  for (const name of names) meanings.set(fold(name), (meanings.get(fold(name)) ?? new Set()).add(fold(key)))
}

/** Whether a text names a key: in another case, with `_` or `-` between its words, or as another library calls it. */
export function isNameOf(text: string, key: string): boolean {
  return fold(text) === fold(key) || meanings.get(fold(text))?.has(fold(key)) === true
}
