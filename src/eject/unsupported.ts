import { findBackbone, findIdiomaticBuilders } from '../backbones.js'
import type { SpecIssue } from '../spec/issue.js'
import type { Experiment, Framework } from '../spec/schema.js'
import { SpecError } from '../spec/spec-error.js'

import { isAugmented, isMixed } from './plan.js'

/**
 * Refuses an experiment that no plain script is written of.
 *
 * @param frameworks - Frameworks whose scripts are wanted.
 * @throws SpecError With an issue for each option that stands in the way, and what can be done.
 */
export function refuseUnsupported(experiment: Experiment, frameworks: readonly Framework[]): void {
  const issues = [
    ...findUnsupported(experiment),
    ...(frameworks.includes('tensorflow') ? findUnsupportedInTensorflow(experiment) : []),
  ]
  if (issues.length > 0) throw new SpecError(issues)
}

function* findUnsupported({
  dataset,
  augmentation,
  model,
  training,
  device,
  mode,
}: Experiment): Generator<SpecIssue> {
  if (dataset.source === 'huggingface')
    yield issue(
      'dataset.source',
      "can't be ejected for huggingface: save the dataset as parquet files, and name these",
    )
  if (dataset.source === 'csv' && dataset.splitColumn !== undefined)
    yield issue('dataset.splitColumn', "can't be ejected: give each split a CSV file of its own")
  if (dataset.onCorrupt === 'skip')
    yield issue(
      'dataset.onCorrupt',
      "can't be ejected as skip: take the images out that a run lists as unreadable",
    )
  if ('outside' in dataset && dataset.outside === 'refuse')
    yield issue('dataset.outside', "can't be ejected as refuse: leave it out")
  if (dataset.resize === 'crop') yield issue('dataset.resize', "can't be ejected as crop: use squash")
  if (augmentation.randAugment) yield issue('augmentation.randAugment', "can't be ejected: leave it out")
  if (augmentation.views !== undefined)
    yield issue('augmentation.views', "can't be ejected: leave it out, so that each epoch draws a new view")
  if (mode === 'aligned' && needsMend(model.backbone))
    yield issue(
      'model.backbone',
      `can't be ejected as ${model.backbone}, whose layers in keras-hub twintune mends: use a ResNet, an EfficientNet or a VGG`,
    )
  if (training.sampler === 'balanced')
    yield issue('training.sampler', "can't be ejected as balanced: use shuffled")
  if (training.ema) yield issue('training.ema', "can't be ejected: leave it out")
  if (training.precision !== 'float32')
    yield issue('training.precision', `can't be ejected as ${training.precision}: use float32`)
  if (training.gradientAccumulation > 1)
    yield issue('training.gradientAccumulation', "can't be ejected: use a larger batchSize")
  if (training.dataParallel) yield issue('training.dataParallel', "can't be ejected: leave it out")
  if (training.compile) yield issue('training.compile', "can't be ejected: leave it out")
  if (device.startsWith('gpu')) yield issue('device', "can't be ejected as a GPU: use auto or cpu")
  if (mode === 'idiomatic') yield* findUnsupportedInIdiomatic({ model, training })
  for (const [index, phase] of training.phases.entries()) {
    const at = `training.phases[${index}]`
    if (phase.batchNorm !== 'inference')
      yield issue(`${at}.batchNorm`, `can't be ejected as ${phase.batchNorm}: use inference`)
    if (phase.optimizer.name === 'rmsprop')
      yield issue(`${at}.optimizer.name`, "can't be ejected as rmsprop: use adam, adamw or sgd")
  }
}

// The plain loops of the two libraries' own ways have no place for these.
function* findUnsupportedInIdiomatic({
  model,
  training,
}: Pick<Experiment, 'model' | 'training'>): Generator<SpecIssue> {
  if ('aux_logits' in findIdiomaticBuilders(model.backbone).torchvision.options)
    yield issue('model.backbone', `can't be ejected as ${model.backbone} in idiomatic mode: use a ResNet`)
  if (training.phases.length > 1)
    yield issue('training.phases', "can't be ejected in idiomatic mode if there are several: give one phase")
  if (training.earlyStopping)
    yield issue('training.earlyStopping', "can't be ejected in idiomatic mode: leave it out")
  for (const [index, { schedule }] of training.phases.entries())
    if (schedule.name !== 'constant' || schedule.warmupEpochs > 0)
      yield issue(`training.phases[${index}].schedule`, "can't be ejected in idiomatic mode: leave it out")
}

// Scripts with these were tried, and their last digits differed from the run's. The reason isn't known.
function* findUnsupportedInTensorflow(experiment: Experiment): Generator<SpecIssue> {
  if (experiment.training.clipGradientNorm !== undefined)
    yield issue(
      'training.clipGradientNorm',
      "can't be ejected in TensorFlow to the same bits: leave it out, or eject pytorch alone",
    )
  yield* findKeptActivations(experiment)
}

// A run keeps what frozen stages made of images that don't change, and trains the other stages on it.
function* findKeptActivations(experiment: Experiment): Generator<SpecIssue> {
  const { mode, augmentation, training, model } = experiment
  const isEndless = isAugmented({ augmentation }) || isMixed({ augmentation })
  if (mode !== 'aligned' || isEndless) return
  const stages = findBackbone(model.backbone)?.aligned?.stages ?? []
  for (const [index, { trainable }] of training.phases.entries()) {
    if (typeof trainable === 'string') continue
    const isWhole =
      'from' in trainable ? trainable.from === stages[0]?.name : trainable.lastStages === stages.length
    if (!isWhole)
      yield issue(
        `training.phases[${index}].trainable`,
        "can't be ejected in TensorFlow with some of the stages on images that don't change: augment them, train head or all, or eject pytorch alone",
      )
  }
}

function needsMend(backbone: string): boolean {
  return /^(mobilenet|csp|darknet|densenet)/.test(backbone)
}

function issue(path: string, message: string): SpecIssue {
  return { file: null, line: null, column: null, path, message, suggestion: null }
}
