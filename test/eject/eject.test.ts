import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ejectScripts } from '../../src/eject/eject.js'
import { loadExperiment } from '../../src/spec/load.js'
import type { Experiment } from '../../src/spec/schema.js'
import { SpecError } from '../../src/spec/spec-error.js'
import { specifications } from './specifications.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const [plain] = Object.values(specifications) as [Experiment]

describe('an ejected script', () => {
  it.each(['tensorflow', 'pytorch'] as const)(
    'of the document is the one in examples: %s',
    async (framework) => {
      const directory = path.join(root, 'examples/ejected')
      const experiment = await loadExperiment(path.join(root, 'examples/document-resnet50.yaml'))
      const committed = readFileSync(path.join(directory, `train_${framework}.py`), 'utf8')
      // To renew it: twintune eject examples/document-resnet50.yaml --out examples/ejected
      expect(ejectScripts(experiment, { directory })[framework]).toBe(committed)
    },
  )

  it.each(Object.entries(specifications))('uses each of its constants: %s', (_, experiment) => {
    for (const text of Object.values(ejectScripts(experiment))) {
      const constants = [...text.matchAll(/^([A-Z][A-Z0-9_]+) = /gm)].map(([, name = '']) => name)
      const unused = constants.filter((name) => text.split(new RegExp(`\\b${name}\\b`)).length < 3)
      expect(unused).toEqual([])
    }
  })

  it.each(Object.entries(specifications))('imports no twintune: %s', (_, experiment) => {
    for (const text of Object.values(ejectScripts(experiment)))
      expect(text).not.toMatch(/^\s*(import|from) twintune/m)
  })

  it('has nothing of what the experiment leaves out', () => {
    for (const text of Object.values(ejectScripts(plain)))
      expect(text).not.toMatch(/crop|flip|dropout|SMOOTH|PATIENCE|warm_up|DECAY|deterministic/)
  })

  it('finds the images from its own folder, and by their whole path where they share none', () => {
    const { pytorch } = ejectScripts(plain, { directory: '/data/scripts' })
    expect(pytorch).toContain('TRAIN = HERE / "../train.parquet"')
    expect(ejectScripts(plain, { directory: '/home/scripts' }).pytorch).toContain(
      'TRAIN = Path("/data/train.parquet")',
    )
  })

  it('says of random weights that they are random', () => {
    const random: Experiment = { ...plain, model: { ...plain.model, weights: 'random' } }
    for (const text of [ejectScripts(random).tensorflow, ejectScripts(random).pytorch])
      expect(text?.split('\n')[0]).toContain(`on a ${plain.model.backbone} with random weights in`)
  })

  it('is of the seed that is asked for, and of one framework if only one is', () => {
    const scripts = ejectScripts(plain, { framework: 'tensorflow', seed: 5 })
    expect(scripts.tensorflow).toContain('SEED = 5')
    expect(scripts.pytorch).toBeUndefined()
  })
})

describe('an experiment that no plain script is written of', () => {
  it.each<[string, (experiment: Experiment) => Experiment]>([
    ['training.precision', (each) => ({ ...each, training: { ...each.training, precision: 'float64' } })],
    ['training.ema', (each) => ({ ...each, training: { ...each.training, ema: { decay: 0.99 } } })],
    ['model.backbone', (each) => ({ ...each, model: { ...each.model, backbone: 'densenet121' } })],
    ['augmentation.views', (each) => ({ ...each, augmentation: { ...each.augmentation, views: 2 } })],
    ['device', (each) => ({ ...each, device: 'gpu' })],
  ])('is refused by the option: %s', (option, change) => {
    const refusal = () => ejectScripts(change(plain))
    expect(refusal).toThrow(SpecError)
    expect(refusal).toThrow(`${option}: can't be ejected`)
  })

  it('is refused in TensorFlow alone where some stages train on images that never change', () => {
    const [phase] = plain.training.phases
    const phases = phase ? [{ ...phase, trainable: { lastStages: 1 } }] : []
    const staged = { ...plain, training: { ...plain.training, phases } }
    expect(() => ejectScripts(staged)).toThrow("training.phases[0].trainable: can't be ejected in TensorFlow")
    expect(ejectScripts(staged, { framework: 'pytorch' }).pytorch).toContain('requires_grad_')
  })

  it('is refused in TensorFlow alone where gradients are clipped', () => {
    const clipped = { ...plain, training: { ...plain.training, clipGradientNorm: 1 } }
    expect(() => ejectScripts(clipped)).toThrow("training.clipGradientNorm: can't be ejected in TensorFlow")
    expect(ejectScripts(clipped, { framework: 'pytorch' }).pytorch).toContain('clip_grad_norm_')
  })
})
