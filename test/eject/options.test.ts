import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { isWithin, optionsToHold } from '../../scripts/held-options.js'
import { ejectScripts } from '../../src/eject/eject.js'
import { loadExperiment } from '../../src/spec/load.js'
import { SpecError } from '../../src/spec/spec-error.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'twintune-eject-options-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = path.join(folder, 'experiment.yaml')
writeFileSync(
  file,
  'name: plain\ndataset: { source: parquet, train: a.parquet }\nmodel: { backbone: resnet18, weights: random, head: { hidden: [8] } }\n',
)

/** Two values of an option, and the other options that have to be set for it to mean something. */
type Change = readonly [one: string, other: string, ...around: string[]]

const csv = ['dataset.source=csv']
const hub = ['dataset.source=huggingface']
const phase = 'training.phases.0'
const flips = ['augmentation.horizontalFlip=0.5']
const sgd = [`${phase}.optimizer.name=sgd`]
const rmsprop = [`${phase}.optimizer.name=rmsprop`]
const step = [`${phase}.schedule.name=step`, `${phase}.schedule.everyEpochs=2`]
const oneCycle = [`${phase}.schedule.name=oneCycle`]
const cosine = [`${phase}.schedule.name=cosine`]
const stopping = ['training.earlyStopping.patience=2']
const all = [`${phase}.trainable=all`]

const changes: Readonly<Record<string, Change>> = {
  'dataset.source': ['parquet', 'imagefolder'],
  'dataset.train': ['a.parquet', 'b.parquet'],
  'dataset.validation': ['c.parquet', 'd.parquet'],
  'dataset.test': ['c.parquet', 'd.parquet'],
  'dataset.validationFraction': ['0.2', '0.3'],
  'dataset.testFraction': ['0.2', '0.3'],
  'dataset.imageSize': ['64', '96'],
  'dataset.resize': ['squash', 'crop'],
  'dataset.onCorrupt': ['fail', 'skip'],
  'dataset.outside': ['follow', 'refuse', ...csv],
  'dataset.pathColumn': ['path', 'file', ...csv],
  'dataset.labelColumn': ['label', 'class'],
  'dataset.splitColumn': ['null', 'split', ...csv],
  'dataset.imageColumn': ['image', 'picture'],
  'dataset.configuration': ['a', 'b', ...hub],
  'dataset.revision': ['a', 'b', ...hub, 'dataset.train=owner/name'],
  'dataset.trainSplit': ['a', 'b', ...hub],
  'dataset.validationSplit': ['a', 'b', ...hub],
  'dataset.testSplit': ['a', 'b', ...hub],
  'augmentation.randomResizedCrop.scale': ['[0.5, 1]', '[0.6, 1]'],
  'augmentation.randomResizedCrop.ratio': ['[0.5, 2]', '[0.6, 2]'],
  'augmentation.horizontalFlip': ['0', '0.5'],
  'augmentation.verticalFlip': ['0', '0.5'],
  'augmentation.rotation': ['0', '10'],
  'augmentation.colorJitter.brightness': ['0.1', '0.2'],
  'augmentation.colorJitter.contrast': ['0.1', '0.2'],
  'augmentation.colorJitter.saturation': ['0.1', '0.2'],
  'augmentation.colorJitter.hue': ['0.1', '0.2'],
  'augmentation.randAugment.operations': ['1', '2'],
  'augmentation.randAugment.magnitude': ['5', '6'],
  'augmentation.randomErasing.probability': ['0.1', '0.2'],
  'augmentation.randomErasing.scale': ['[0.1, 0.2]', '[0.1, 0.3]'],
  'augmentation.randomErasing.ratio': ['[0.5, 2]', '[0.6, 2]'],
  'augmentation.views': ['2', '3', 'augmentation.horizontalFlip=0.5'],
  'augmentation.mixup': ['0', '0.2'],
  'augmentation.cutmix': ['0', '1'],
  'model.head.dropout': ['0', '0.5'],
  'training.batchSize': ['32', '64'],
  'training.sampler': ['shuffled', 'balanced'],
  'training.gradientAccumulation': ['1', '2'],
  'training.clipGradientNorm': ['1', '2'],
  'training.labelSmoothing': ['0', '0.1'],
  'training.classWeights': ['none', 'balanced'],
  'training.ema.decay': ['0.9', '0.99'],
  'training.precision': ['float32', 'float64'],
  'training.dataParallel.devices': ['2', '4'],
  'training.dataParallel.batchNorm': ['local', 'synchronized', ...all, `${phase}.batchNorm=train`],
  'training.compile': ['false', 'true'],
  'training.phases[].epochs': ['5', '6'],
  'training.phases[].trainable': ['head', 'all'],
  // On images that don't change, TensorFlow's part of the stages is refused.
  'training.phases[].trainable.lastStages': ['1', '2', ...flips],
  'training.phases[].trainable.from': ['layer3', 'layer4', ...flips],
  'training.phases[].batchNorm': ['inference', 'train', ...all],
  'training.phases[].backboneLearningRateScale': ['1', '0.1', ...all],
  'training.phases[].layerwiseDecay': ['1', '0.5', ...all],
  'training.phases[].optimizer.name': ['adam', 'adamw'],
  'training.phases[].optimizer.learningRate': ['0.001', '0.002'],
  'training.phases[].optimizer.beta1': ['0.9', '0.8'],
  'training.phases[].optimizer.beta2': ['0.999', '0.99'],
  'training.phases[].optimizer.epsilon': ['0.0001', '0.001'],
  'training.phases[].optimizer.weightDecay': ['0.01', '0.1'],
  'training.phases[].optimizer.decayNormAndBias': ['false', 'true', `${phase}.optimizer.weightDecay=0.1`],
  'training.phases[].optimizer.momentum': ['0.9', '0.8', ...sgd],
  'training.phases[].optimizer.nesterov': ['false', 'true', ...sgd, `${phase}.optimizer.momentum=0.9`],
  'training.phases[].optimizer.smoothing': ['0.9', '0.8', ...rmsprop],
  'training.phases[].optimizer.centered': ['false', 'true', ...rmsprop],
  'training.phases[].schedule.name': ['constant', 'cosine'],
  'training.phases[].schedule.warmupEpochs': ['0', '1'],
  'training.phases[].schedule.finalLearningRate': ['0', '0.0001', ...cosine],
  'training.phases[].schedule.everyEpochs': ['1', '2', ...step],
  'training.phases[].schedule.factor': ['0.5', '0.1', ...step],
  'training.phases[].schedule.riseFraction': ['0.25', '0.5', ...oneCycle],
  'training.phases[].schedule.startDivisor': ['25', '10', ...oneCycle],
  'training.phases[].schedule.finalDivisor': ['1000', '100', ...oneCycle],
  'training.fineTune.freezeEpochs': ['1', '2', 'training.fineTune.epochs=2'],
  'training.fineTune.epochs': ['1', '2'],
  'training.fineTune.baseLearningRate': ['0.002', '0.001', 'training.fineTune.epochs=2'],
  'training.earlyStopping.monitor': ['loss', 'accuracy', ...stopping],
  'training.earlyStopping.patience': ['1', '2'],
  'training.earlyStopping.minDelta': ['0', '0.1', ...stopping],
  'training.earlyStopping.restoreBest': ['true', 'false', ...stopping],
  deterministic: ['false', 'true'],
}

/** Options that change nothing of what one run computes, and one whose other value the specification refuses. */
const withoutEffect = [
  'dataset.cacheDecoded',
  'training.checkpoints',
  'training.earlyStopping.mode',
  'comparison',
]

describe('an option of the specification', () => {
  const schema: unknown = JSON.parse(readFileSync(path.join(root, 'schema/experiment.schema.json'), 'utf8'))
  const options = optionsToHold(schema).filter(
    (option) => !withoutEffect.some((other) => isWithin(option, other)),
  )

  it.each(options)(
    'changes the scripts of both frameworks, or is refused by its name: %s',
    async (option) => {
      const change = changes[option]
      if (!change) throw new Error(`${option} is new: give it two values here.`)
      const [one, other, ...around] = change
      const key = option.replace('[]', '.0')
      const first = await eject([...around, `${key}=${one}`])
      const second = await eject([...around, `${key}=${other}`])
      if (typeof second === 'string') {
        const named = [option, option.slice(0, option.lastIndexOf('.')), ...around.map(nameIn)]
        const refused = second.split(": can't be ejected")[0]
        expect(named.map((name) => name.replace('[]', '[0]'))).toContain(refused)
      } else {
        if (typeof first === 'string') throw new Error(first)
        expect(second.tensorflow).not.toBe(first.tensorflow)
        expect(second.pytorch).not.toBe(first.pytorch)
      }
    },
  )
})

async function eject(set: readonly string[]) {
  const experiment = await loadExperiment(file, { set })
  try {
    return ejectScripts(experiment)
  } catch (error) {
    if (error instanceof SpecError) return error.message
    throw error
  }
}

const nameIn = (set: string): string => set.slice(0, set.indexOf('=')).replace('.0', '[0]')
