import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { runResultSchema } from '../../src/protocol/result.js'
import type { ExperimentInput } from '../../src/spec/schema.js'
import {
  python,
  root,
  sample,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'

const folder = temporaryFolder()
const pictures = path.join(folder, 'pictures')
beforeAll(() => writePictures(pictures))

// The images' own small classes would leave a split without one.
const dataset = {
  source: 'imagefolder',
  train: path.join(pictures, 'train'),
  test: path.join(pictures, 'test'),
  imageSize: 33,
  validationFraction: 0.3,
} as const

const examples: Readonly<Record<string, readonly string[]>> = {
  'fashion-mnist': ['dataset.imageSize=65', 'training.phases.0.epochs=2'],
  'fine-tune': ['dataset.imageSize=33', 'training.fineTune.epochs=1'],
  'document-resnet50': ['dataset.imageSize=32', 'training.phases.0.epochs=1', 'model.weights=random'],
}

const small: Readonly<Record<string, Partial<ExperimentInput>>> = {
  mixed: { augmentation: { mixup: 0.4, cutmix: 1 } },
  changed: {
    augmentation: {
      rotation: 20,
      verticalFlip: 0.5,
      colorJitter: { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 },
      randomErasing: { probability: 0.7 },
    },
  },
  momentum: {
    training: {
      batchSize: 8,
      classWeights: 'balanced',
      phases: [
        {
          epochs: 1,
          optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
        },
        {
          epochs: 2,
          trainable: 'all',
          layerwiseDecay: 0.5,
          optimizer: { name: 'adam', weightDecay: 0.01 },
          schedule: { name: 'oneCycle' },
        },
      ],
    },
  },
  stages: {
    augmentation: { horizontalFlip: 0.5 },
    training: {
      batchSize: 8,
      phases: [
        {
          epochs: 2,
          trainable: { lastStages: 1 },
          schedule: { name: 'step', factor: 0.5, warmupEpochs: 0.5 },
        },
      ],
    },
  },
}

const twoPhases: ExperimentInput = {
  name: 'two-phases',
  dataset: {
    source: 'parquet',
    train: path.join(sample, 'train.parquet'),
    test: path.join(sample, 'test.parquet'),
    imageSize: 33,
  },
  augmentation: { randomResizedCrop: { scale: [0.7, 1] }, horizontalFlip: 0.5 },
  model: { backbone: 'efficientnet_lite0', head: { dropout: 0.2 } },
  training: {
    labelSmoothing: 0.1,
    phases: [
      { epochs: 1 },
      {
        epochs: 2,
        trainable: { lastStages: 1 },
        backboneLearningRateScale: 0.1,
        optimizer: { name: 'adamw', learningRate: 5e-4 },
        schedule: { name: 'cosine', warmupEpochs: 0.5 },
      },
    ],
    earlyStopping: { patience: 2 },
  },
}

describe('an ejected script', () => {
  it.each(Object.entries(examples))('gives the bits of the run: %s', async (name, changes) => {
    const spec = path.join(root, `examples/${name}.yaml`)
    await expectTheBitsOfTheRun(name, spec, changes)
  })

  it('gives the bits of the run: two phases with augmentation', async () => {
    await expectTheBitsOfTheRun('two-phases', writeSpec(folder, twoPhases), [])
  })

  it.each(Object.entries(small))('gives the bits of the run on a few pictures: %s', async (name, changes) => {
    const experiment = { ...tinyExperiment(pictures, changes), dataset, name }
    await expectTheBitsOfTheRun(name, writeSpec(folder, experiment), [])
  })

  it('gives other bits when its learning rate was changed', async () => {
    const script = path.join(folder, 'fashion-mnist', 'train_pytorch.py')
    const before = (await printed(script)).fingerprint
    const text = readFileSync(script, 'utf8')
    writeFileSync(script, text.replace('LEARNING_RATE = 0.001', 'LEARNING_RATE = 0.00101'))
    expect((await printed(script)).fingerprint).not.toBe(before)
  })
})

async function expectTheBitsOfTheRun(name: string, spec: string, changes: readonly string[]): Promise<void> {
  const sets = ['deterministic=true', 'seeds=[0]', ...changes].flatMap((change) => ['--set', change])
  const place = path.join(folder, name)
  const ejected = await startTwintune(['eject', spec, ...sets, '--out', place, '--json'], folder)
  expect(ejected.stderr).not.toContain('Error')
  const runs = await startTwintune(
    ['compare', spec, ...sets, '--out', path.join(place, 'runs'), '--json'],
    folder,
  )
  const finished = runs.stdout.split('\n').map((line) => JSON.parse(line))
  const { comparisonDirectory } = finished.find(({ type }) => type === 'comparison-started')
  if (ejected.stdout.includes('make_weights')) await execa(python, [path.join(place, 'make_weights.py')])
  for (const framework of ['tensorflow', 'pytorch']) {
    const file = path.join(comparisonDirectory, `${framework}-seed0`, 'result.json')
    const result = runResultSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    const { metrics, fingerprint } = await printed(path.join(place, `train_${framework}.py`))
    const known = Object.entries(result.test ?? {}).filter(([, value]) => value !== null)
    expect({ framework, metrics }).toEqual({ framework, metrics: Object.fromEntries(known) })
    expect({ framework, fingerprint }).toEqual({ framework, fingerprint: result.modelDigest })
  }
}

/** Starts a script, and reads the metrics and the fingerprint that it prints. */
async function printed(script: string): Promise<{ metrics: Record<string, number>; fingerprint: string }> {
  // As in a worker: the threads of PyTorch don't spin while they wait for each other.
  const { stdout } = await execa(python, [script], { env: { GOMP_SPINCOUNT: '1000' } })
  const metrics = [...stdout.matchAll(/^test (\w+) (\S+)$/gm)].map(([, name = '', value]) => [
    name,
    Number(value),
  ])
  const [, fingerprint = ''] = /\.safetensors (\w{64})$/m.exec(stdout) ?? []
  return { metrics: Object.fromEntries(metrics), fingerprint }
}
