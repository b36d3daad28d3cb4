import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkExperiment } from '../../src/spec/check.js'
import { formatPath, getIn, isMapping, type Path, setIn } from '../../src/spec/path.js'
import { issuesOfValue, smallest } from './rig.js'

const full = {
  name: 'full',
  mode: 'aligned',
  frameworks: ['tensorflow', 'pytorch'],
  dataset: {
    source: 'parquet',
    train: '/a',
    test: '/b',
    validationFraction: 0.1,
    imageSize: 64,
    imageColumn: 'i',
  },
  model: {
    backbone: 'resnet50',
    weights: { file: '/w.safetensors' },
    head: { hidden: [8], activation: 'relu', dropout: 0.1 },
  },
  training: {
    batchSize: 8,
    precision: 'float32',
    phases: [
      { epochs: 2, trainable: 'head', optimizer: { name: 'adam', learningRate: 0.1, epsilon: 1e-8 } },
      { epochs: 2, trainable: { lastStages: 1 }, schedule: { name: 'cosine', warmupEpochs: 1 } },
      { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true } },
    ],
  },
  seeds: [0, 1],
  device: 'cpu',
  deterministic: true,
}

describe('a specification', () => {
  it('is filled in with its defaults', () => {
    const checked = checkExperiment(smallest)
    expect(checked).toMatchObject({
      ok: true,
      experiment: {
        mode: 'aligned',
        frameworks: ['tensorflow', 'pytorch'],
        dataset: { validationFraction: 0.2, testFraction: 0.2, imageColumn: 'image' },
        model: { weights: 'imagenet', head: { hidden: [1024], activation: 'relu', dropout: 0 } },
        training: {
          batchSize: 32,
          phases: [{ epochs: 5, trainable: 'head', optimizer: { name: 'adam', learningRate: 1e-3 } }],
        },
        seeds: [0, 1, 2],
      },
    })
  })

  it('stays as it is when it is checked again', () => {
    const once = checkExperiment(full)
    expect(once.ok && checkExperiment(once.experiment)).toEqual(once)
  })

  it('is told everything that it lacks', () => {
    expect(issuesOfValue({})).toEqual([
      'name: missing; expected a text',
      'dataset: missing; expected a mapping',
      'model: missing; expected a mapping',
    ])
  })

  it('is a mapping', () => {
    expect(issuesOfValue(3)).toEqual([': expected a mapping, got 3'])
  })
})

describe('a bad value is told in plain words', () => {
  it.each([
    [['training', 'batchSize'], 'abc', "expected a number, got the text 'abc'"],
    [['training', 'batchSize'], 1.5, 'expected a whole number, got 1.5'],
    [['training', 'batchSize'], 0, 'must be at least 1, got 0'],
    [['training', 'batchSize'], Number.NaN, 'expected a number, got NaN'],
    [['training', 'phases'], [], 'must not be empty, got an empty list'],
    [['training', 'phases'], {}, 'expected a list, got a mapping'],
    [
      ['training', 'phases', 0, 'optimizer'],
      'adam',
      "expected a mapping, as { name: adam }, got the text 'adam'",
    ],
    [['training', 'phases', 0, 'optimizer'], 'adagrad', "expected a mapping, got the text 'adagrad'"],
    [
      ['training', 'phases', 0, 'schedule'],
      'cosine',
      "expected a mapping, as { name: cosine }, got the text 'cosine'",
    ],
    [['model'], 'resnet50', "expected a mapping, as { backbone: resnet50 }, got the text 'resnet50'"],
    [['dataset'], 'csv', "expected a mapping, as { source: csv, train: … }, got the text 'csv'"],
    [
      ['model', 'backbone'],
      'efficientnet',
      "expected one of 40 names, such as efficientnet_b0, efficientnet_b1 or efficientnet_b2 (`twintune backbones` lists them), got the text 'efficientnet'; did you mean 'efficientnet_b0'?",
    ],
    [
      ['model', 'backbone'],
      5,
      'expected one of 40 names, such as resnet18, resnet26 or resnet34 (`twintune backbones` lists them), got 5',
    ],
    [['training', 'phases', 0, 'optimizer', 'learningRate'], 0, 'must be more than 0, got 0'],
    [['model', 'head', 'dropout'], 1, 'must be less than 1, got 1'],
    [['dataset', 'train'], '', 'must not be empty, got an empty text'],
    [['dataset', 'test'], null, 'expected a text, got nothing'],
    [['device'], 'c'.repeat(60), `must be auto, cpu, gpu or gpu:N, got the text '${'c'.repeat(60)}'`],
    [['device'], 'c'.repeat(61), `must be auto, cpu, gpu or gpu:N, got the text '${'c'.repeat(59)}…'`],
    [['dataset', 'imageSize'], 2000, 'must be at most 1024, got 2000'],
    [['deterministic'], 'yes', "expected true or false, got the text 'yes'"],
    [['device'], 'cuda', "must be auto, cpu, gpu or gpu:N, got the text 'cuda'; did you mean 'gpu'?"],
    [
      ['name'],
      'a b',
      "must be at most 100 letters, digits, dots, dashes and underscores, got the text 'a b'",
    ],
    [['mode'], 'alignd', "expected aligned or idiomatic, got the text 'alignd'; did you mean 'aligned'?"],
    [['mode'], true, 'expected aligned or idiomatic, got the word true'],
    [['model', 'weights'], 3, 'expected imagenet, random or { file: … }, got 3'],
    [
      ['model', 'weights'],
      'imagnet',
      "expected imagenet, random or { file: … }, got the text 'imagnet'; did you mean 'imagenet'?",
    ],
    [['model', 'weights', 'file'], 7, 'expected a text, got 7'],
    [['training', 'phases', 1, 'trainable', 'lastStages'], 0, 'must be at least 1, got 0'],
    [
      ['training', 'phases', 0, 'optimizer', 'name'],
      'adagrad',
      "expected adam, adamw, sgd or rmsprop, got the text 'adagrad'",
    ],
    [
      ['dataset', 'source'],
      'Parquet',
      "expected imagefolder, csv, parquet or huggingface, got the text 'Parquet'; did you mean 'parquet'?",
    ],
    [['frameworks', 0], Number.NaN, 'expected tensorflow or pytorch, got NaN'],
    [['dataset', 'onCorrupt'], 'ignore', "expected fail or skip, got the text 'ignore'"],
    [['augmentation'], 'none', "expected a mapping, got the text 'none'"],
    [['augmentation', 'horizontalFlip'], true, 'expected a number, got the word true'],
    [['augmentation', 'horizontalFlip'], 1.5, 'must be at most 1, got 1.5'],
    [['augmentation', 'rotation'], 181, 'must be at most 180, got 181'],
    [['augmentation', 'colorJitter'], { hue: 0.6 }, 'must be at most 0.5, got 0.6', ['hue']],
    [['augmentation', 'randAugment'], { magnitude: 31 }, 'must be at most 30, got 31', ['magnitude']],
    [['augmentation', 'randomErasing'], { scale: 0.3 }, 'expected a list of two numbers, got 0.3', ['scale']],
    [
      ['augmentation', 'randomResizedCrop'],
      { scale: [0.5] },
      'must have at least 2 entries, got a list of 1',
      ['scale'],
    ],
    [
      ['augmentation', 'randomResizedCrop'],
      { ratio: [1, 2, 3] },
      'must have at most 2 entries, got a list of 3',
      ['ratio'],
    ],
    [['augmentation', 'randomResizedCrop'], { ratio: [0, 1] }, 'must be more than 0, got 0', ['ratio', 0]],
    [['training', 'gradientAccumulation'], 0, 'must be at least 1, got 0'],
    [['training', 'clipGradientNorm'], 0, 'must be more than 0, got 0'],
    [['training', 'labelSmoothing'], 1, 'must be less than 1, got 1'],
    [
      ['training', 'classWeights'],
      'balance',
      "expected none or balanced, got the text 'balance'; did you mean 'balanced'?",
    ],
    [['training', 'ema'], 0.999, 'expected a mapping, got 0.999'],
    [['training', 'ema'], { decay: 1 }, 'must be less than 1, got 1', ['decay']],
    [
      ['training', 'precision'],
      'fp16',
      "expected float64, float32, bfloat16 or float16, got the text 'fp16'; did you mean 'float16'?",
    ],
    [['training', 'earlyStopping'], { patience: 0 }, 'must be at least 1, got 0', ['patience']],
    [['training', 'checkpoints'], { keep: -1 }, 'must be at least 0, got -1', ['keep']],
    [['training', 'phases', 0, 'layerwiseDecay'], 1.1, 'must be at most 1, got 1.1'],
    [
      ['training', 'phases', 0, 'batchNorm'],
      'eval',
      "expected inference, adapt or train, got the text 'eval'",
    ],
    [
      ['training', 'phases', 0, 'trainable'],
      7,
      'expected head, all, { lastStages: … } or { from: … }, got 7',
    ],
    [
      ['training', 'phases', 0, 'schedule'],
      { name: 'oneCycle', riseFraction: 0 },
      'must be more than 0, got 0',
      ['riseFraction'],
    ],
  ] satisfies [Path, unknown, string, Path?][])('%j = %j', (path, value, message, below: Path = []) => {
    expect(issuesOfValue(setIn(full, path, value))).toEqual([
      `${formatPath([...path, ...below])}: ${message}`,
    ])
  })
})

describe('a misspelt key', () => {
  it('is reported once, not as missing too', () => {
    const { name, ...rest } = smallest
    expect(issuesOfValue({ ...rest, nam: name })).toEqual(["nam: unknown key 'nam'; did you mean 'name'?"])
  })

  it('has its children checked as if it were spelt right, under the name that the user gave', () => {
    const trainig = { bachSize: 0, phases: [{ epoch: 'x', optimiser: { name: 'adam', lr: 1, beta_1: 2 } }] }
    expect(issuesOfValue({ ...smallest, trainig })).toEqual([
      "trainig: unknown key 'trainig'; did you mean 'training'?",
      "trainig.phases[0].epoch: unknown key 'epoch'; did you mean 'epochs'?",
      "trainig.phases[0].optimiser: unknown key 'optimiser'; did you mean 'optimizer'?",
      "trainig.bachSize: unknown key 'bachSize'; did you mean 'batchSize'?",
      "trainig.phases[0].optimiser.lr: unknown key 'lr'; did you mean 'learningRate'?",
      "trainig.phases[0].optimiser.beta_1: unknown key 'beta_1'; did you mean 'beta1'?",
      'trainig.bachSize: must be at least 1, got 0',
      "trainig.phases[0].epoch: expected a number, got the text 'x'",
      'trainig.phases[0].optimiser.beta_1: must be at most 0.999999, got 2',
    ])
  })

  it('is not taken for a key that is there', () => {
    const training = { batchSize: 8, batchsize: 9 }
    expect(issuesOfValue({ ...smallest, training })).toEqual([
      "training.batchsize: unknown key 'batchsize'; possible here: batchSize, sampler, gradientAccumulation, clipGradientNorm, labelSmoothing, classWeights, ema, precision, dataParallel, compile, phases, fineTune, earlyStopping, checkpoints",
    ])
  })

  it('is not taken for a key that another one is taken for', () => {
    const training = { bachSize: 8, batchSise: 0 }
    expect(issuesOfValue({ ...smallest, training })).toEqual([
      "training.bachSize: unknown key 'bachSize'; did you mean 'batchSize'?",
      "training.batchSise: unknown key 'batchSise'; possible here: batchSize, sampler, gradientAccumulation, clipGradientNorm, labelSmoothing, classWeights, ema, precision, dataParallel, compile, phases, fineTune, earlyStopping, checkpoints",
    ])
  })

  it('is found inside one alternative of several kinds', () => {
    const model = { backbone: 'resnet50', weights: { fil: '/w' } }
    expect(issuesOfValue({ ...smallest, model })).toEqual([
      "model.weights.fil: unknown key 'fil'; did you mean 'file'?",
    ])
  })

  it('may be the one that chooses a variant', () => {
    const dataset = { sorce: 'parquet', train: '/a', imageColumm: 3 }
    expect(issuesOfValue({ ...smallest, dataset })).toEqual([
      "dataset.sorce: unknown key 'sorce'; did you mean 'source'?",
      "dataset.imageColumm: unknown key 'imageColumm'; did you mean 'imageColumn'?",
      'dataset.imageColumm: expected a text, got 3',
    ])
  })

  it('may be __proto__', () => {
    const spec = JSON.parse('{ "name": "x", "__proto__": { "a": 1 } }') as object
    expect(issuesOfValue({ ...smallest, ...Object.fromEntries(Object.entries(spec)) })).toEqual([
      expect.stringContaining("unknown key '__proto__'"),
    ])
  })

  it('is reported exactly once wherever it is', () => {
    const keys = keyPaths(full)
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.nat(),
        fc.constantFrom('q', 'Z', '_'),
        (path, position, letter) => {
          const key = String(path.at(-1))
          const cut = position % (key.length + 1)
          const misspelt = `${key.slice(0, cut)}${letter}${key.slice(cut)}`
          const where = formatPath([...path.slice(0, -1), misspelt])
          const issues = issuesOfValue(renameKey(full, path, misspelt))
          expect(
            issues.filter((issue) => issue.startsWith(`${where}: unknown key '${misspelt}'`)),
          ).toHaveLength(1)
          expect(issues.filter((issue) => issue.includes('missing'))).toEqual([])
          expect(new Set(issues).size).toBe(issues.length)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a key that exists elsewhere', () => {
  it.each([
    ['learningRate', 'training.phases[].optimizer.learningRate'],
    ['learning_rate', 'training.phases[].optimizer.learningRate'],
    ['lr', 'training.phases[].optimizer.learningRate'],
    ['batch_size', 'training.batchSize'],
    ['epochs', 'training.phases[].epochs or training.fineTune.epochs'],
    ['weight_decay', 'training.phases[].optimizer.weightDecay'],
    ['mixup', 'augmentation.mixup'],
    ['backbone', 'model.backbone'],
    ['imageSiz', 'dataset.imageSize'],
    ['metric', 'comparison.primaryMetric'],
  ])('is pointed to: %s at the top', (key, places) => {
    expect(issuesOfValue({ ...smallest, [key]: 1 })).toEqual([
      `${key}: unknown key '${key}'; did you mean ${places}?`,
    ])
  })

  it('is pointed to from within a mapping, too', () => {
    const training = { lr: 1, seeds: [1], phases: [{ batchSize: 3, lr: 2 }] }
    expect(issuesOfValue({ ...smallest, training })).toEqual([
      "training.phases[0].batchSize: unknown key 'batchSize'; did you mean training.batchSize?",
      "training.phases[0].lr: unknown key 'lr'; did you mean training.phases[].optimizer.learningRate?",
      "training.lr: unknown key 'lr'; did you mean training.phases[].optimizer.learningRate?",
      "training.seeds: unknown key 'seeds'; did you mean seeds at the top?",
    ])
  })

  it('has its children checked as if it stood there', () => {
    expect(issuesOfValue({ ...smallest, optimizer: { name: 'adam', lr: 0.1, beta1: 2 } })).toEqual([
      "optimizer: unknown key 'optimizer'; did you mean training.phases[].optimizer?",
      "optimizer.lr: unknown key 'lr'; did you mean 'learningRate'?",
      'optimizer.beta1: must be at most 0.999999, got 2',
    ])
  })

  it('is not asked for what it lacks, which may stand in its right place', () => {
    expect(issuesOfValue({ ...smallest, optimizer: { learningRate: 0.1 } })).toEqual([
      "optimizer: unknown key 'optimizer'; did you mean training.phases[].optimizer?",
    ])
  })

  it('is not taken for a key that is only alike in its own mapping', () => {
    expect(issuesOfValue({ ...smallest, augmentations: { horizontalFlip: 0.5 } })).toEqual([
      "augmentations: unknown key 'augmentations'; did you mean 'augmentation'?",
    ])
  })

  it('is not guessed at where it is in many places', () => {
    expect(issuesOfValue({ ...smallest, dataset: { ...smallest.dataset, name: 'x' } })).toEqual([
      expect.stringContaining("dataset.name: unknown key 'name'; possible here: source, train, "),
    ])
  })
})

describe('a variant that does not exist', () => {
  it('is reported with the fields that are wrong in every variant', () => {
    const optimizer = { name: 'adagrad', learningRate: -1, momentum: 2, rho: 1 }
    const training = { phases: [{ optimizer }] }
    expect(issuesOfValue({ ...smallest, training })).toEqual([
      "training.phases[0].optimizer.rho: unknown key 'rho'; did you mean 'smoothing'?",
      "training.phases[0].optimizer.name: expected adam, adamw, sgd or rmsprop, got the text 'adagrad'",
      'training.phases[0].optimizer.learningRate: must be more than 0, got -1',
    ])
  })

  it('is checked as the variant that was meant', () => {
    const training = { phases: [{ optimizer: { name: 'SGD', momentum: 2 } }] }
    expect(issuesOfValue({ ...smallest, training })).toEqual([
      "training.phases[0].optimizer.name: expected adam, adamw, sgd or rmsprop, got the text 'SGD'; did you mean 'sgd'?",
      'training.phases[0].optimizer.momentum: must be less than 1, got 2',
    ])
  })

  it('may just be left out', () => {
    expect(issuesOfValue({ ...smallest, dataset: { train: 3 } })).toEqual([
      'dataset.source: missing; expected imagefolder, csv, parquet or huggingface',
      'dataset.train: expected a text, got 3',
    ])
  })

  it('hides nothing of the rest, however many there are', () => {
    const phases = Array.from({ length: 30 }, () => ({ optimizer: { name: 'lion' }, epochs: 0 }))
    const issues = issuesOfValue({ ...smallest, training: { phases }, seeds: [1, 1] })
    expect(issues).toHaveLength(30 + 30 + 1)
  })
})

describe('a value of any kind, anywhere', () => {
  it('is either taken or reported, and nothing is reported twice', () => {
    const paths = keyPaths(full)
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
        const issues = issuesOfValue(setIn(full, path, value))
        expect(new Set(issues).size).toBe(issues.length)
      }),
      { numRuns: 500 },
    )
  })
})

function keyPaths(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => keyPaths(entry, [...path, index]))
  if (!isMapping(value)) return []
  return Object.keys(value).flatMap((key) => [[...path, key], ...keyPaths(value[key], [...path, key])])
}

function renameKey(value: unknown, path: Path, name: string): unknown {
  const parent = path.slice(0, -1)
  const entries = Object.entries(getIn(value, parent) as object)
  return setIn(
    value,
    parent,
    Object.fromEntries(entries.map(([key, child]) => [key === path.at(-1) ? name : key, child])),
  )
}
