import { describe, expect, it } from 'vitest'
import { fairnessContract } from '../../src/compare/contract.js'
import type { Facts, TrainedPhase } from '../../src/protocol/facts.js'
import type { RunResult } from '../../src/protocol/result.js'
import { failedRun, lossNotFinite } from '../report/comparison.js'
import { result } from './results.js'

/** Fact that a row compares by itself; test/compare/behaviour.test.ts has those of what the runs did. */
type ComparedFact = Exclude<keyof Facts, 'images' | 'tested' | 'tolerances'>

describe('the fairness contract', () => {
  it('has a row for each ingredient', () => {
    expect(fairnessContract(pair()).map((row) => row.ingredient)).toEqual([
      'weights',
      'architecture',
      'split',
      'test set',
      'augmentation',
      'input',
      'epochs',
      'averages',
      'pixels',
      'batch order',
      'targets',
      'dropout',
      'head init',
      'loss',
      'optimizer',
      'schedule',
      'replicas',
      'batch norm',
      'precision',
      'device',
      'deterministic',
      'threads',
    ])
  })

  it('calls what is the same in every seed identical, with the hash as evidence', () => {
    const results = [...pair({}, 0), ...pair({}, 1)]
    expect(row('weights', results)).toMatchObject({
      state: 'identical',
      evidence: 'sha256 b99999999999 in all 2 seeds',
    })
    expect(row('pixels', results)).toMatchObject({
      state: 'identical',
      evidence: 'sha256 e01999999999 (seed 0), sha256 e11999999999 (seed 1)',
    })
  })

  it('shows no more than three seeds', () => {
    const results = [0, 1, 2, 3, 4].flatMap((seed) => pair({}, seed))
    expect(row('head init', results)?.evidence).toMatch(/\(seed 2\), and 2 more$/)
  })

  it('calls an ingredient different when it differs in one seed of several', () => {
    const results = [...pair({}, 0), ...pair({ weights: 'f'.repeat(64) }, 1)]
    expect(row('weights', results)).toEqual({
      ingredient: 'weights',
      state: 'different',
      evidence: 'tensorflow: sha256 b99999999999; pytorch: sha256 ffffffffffff (seed 1)',
    })
    expect(row('split', results)?.state).toBe('identical')
  })

  it.each<[string, Partial<Facts>, Partial<Facts>]>([
    ['device', { device: '/device:CPU:0' }, { device: 'cpu' }],
    ['device', { device: 'GPU:0' }, { device: 'cuda:0' }],
    ['device', { device: '/physical_device:GPU:1' }, { device: 'cuda:1' }],
    ['precision', { precision: 'float32' }, { precision: 'torch.float32' }],
    ['optimizer', { optimizer: ['lr=0.0010000000474974513'] }, { optimizer: ['lr=0.001'] }],
  ])('calls two names of one %s equivalent', (ingredient, tensorflow, pytorch) => {
    expect(row(ingredient, [result('tensorflow', 0, tensorflow), result('pytorch', 0, pytorch)])?.state).toBe(
      'equivalent',
    )
  })

  it.each<[string, Partial<Facts>, Partial<Facts>]>([
    ['device', { device: 'GPU:0' }, { device: 'cpu' }],
    ['device', { device: 'GPU:0' }, { device: 'cuda:1' }],
    ['precision', { precision: 'float64' }, { precision: 'torch.float32' }],
    ['loss', { loss: ['gradients clipped at norm 1'] }, { loss: ['gradients not clipped'] }],
    ['optimizer', { optimizer: ['adam epsilon=1e-07'] }, { optimizer: ['adam epsilon=1e-08'] }],
    ['optimizer', { optimizer: ['adam', 'sgd'] }, { optimizer: ['adam'] }],
    ['threads', { threads: '2 within, 2 between' }, { threads: '2 within, 1 between' }],
    ['weights', { weights: '1'.repeat(64) }, { weights: '2'.padStart(64, '1') }],
    ['batch norm', { batchNorm: ['23528522 parameters'] }, { batchNorm: ['23528512 parameters'] }],
    ['deterministic', { deterministic: true }, { deterministic: false }],
    ['architecture', { parameters: 10 }, { parameters: 11 }],
  ])('calls two values of %s different', (ingredient, tensorflow, pytorch) => {
    expect(row(ingredient, [result('tensorflow', 0, tensorflow), result('pytorch', 0, pytorch)])?.state).toBe(
      'different',
    )
  })

  // What each fact is when it is another one, and the row that must show it.
  const otherFacts: { readonly [F in ComparedFact]: readonly [value: Facts[F], ingredient: string] } = {
    architecture: ['7'.repeat(64), 'architecture'],
    parameters: [11_000_001, 'architecture'],
    weights: ['7'.repeat(64), 'weights'],
    headInit: ['7'.repeat(64), 'head init'],
    split: ['7'.repeat(64), 'split'],
    testSet: ['7'.repeat(64), 'test set'],
    augmentation: ['none', 'augmentation'],
    phases: [[phase(2, { weightsOf: 1 })], 'epochs'],
    pixels: [['7'.repeat(64), '8'.repeat(64)], 'pixels'],
    batchOrder: [['7'.repeat(64), '8'.repeat(64)], 'batch order'],
    targets: [['7'.repeat(64), '8'.repeat(64)], 'targets'],
    dropout: [['7'.repeat(64), '8'.repeat(64)], 'dropout'],
    loss: [['cross-entropy, label smoothing 0.1, class weights all 1'], 'loss'],
    optimizer: [['adam learningRate=0.001 epsilon=1e-07'], 'optimizer'],
    schedule: [['7'.repeat(64), '8'.repeat(64)], 'schedule'],
    replicas: [
      ['2 replicas in every step, batch norm local to each replica, equal parameters on all'],
      'replicas',
    ],
    batchNorm: [['53 layers in train, epsilon=1e-05, momentum=0.1'], 'batch norm'],
    precision: ['float64', 'precision'],
    device: ['gpu:0', 'device'],
    deterministic: [true, 'deterministic'],
    threads: ['1 within, 1 between operations', 'threads'],
  }

  it.each(Object.entries(otherFacts))(
    'shows another %s in its row and in no other',
    (fact, [value, name]) => {
      const rows = fairnessContract(pair({ [fact]: value }))
      expect(rows.filter(({ state }) => state !== 'identical').map(({ ingredient }) => ingredient)).toEqual([
        name,
      ])
      expect(rows.find(({ ingredient }) => ingredient === name)?.state).toBe('different')
    },
  )

  it('shows in the row of the input whether a head was trained on features', () => {
    expect(row('input', pair({ phases: [phase(2, { input: 'pixels', features: null })] }))).toEqual({
      ingredient: 'input',
      state: 'different',
      evidence: 'tensorflow: features, computed; pytorch: pixels',
    })
  })

  it('calls features that one side had in the cache equivalent to computed ones', () => {
    expect(row('input', pair({ phases: [phase(2, { features: 'cached' })] }))).toEqual({
      ingredient: 'input',
      state: 'equivalent',
      evidence: 'tensorflow: features, computed; pytorch: features, cached',
    })
  })

  it('calls activations of two stages different', () => {
    const [three, four] = ['layer3', 'layer4'].map((stage) => ({
      phases: [phase(2, { input: `activations of ${stage}` })],
    }))
    expect(row('input', [result('tensorflow', 0, three), result('pytorch', 0, four)])?.state).toBe(
      'different',
    )
  })

  it('counts steps that loss scaling skipped among the differences of the epochs', () => {
    expect(row('epochs', pair({ phases: [phase(2, { skippedSteps: 3 })] }))).toMatchObject({
      state: 'different',
      evidence:
        'tensorflow: 2 epochs of 8 steps in all, weights of epoch 2;' +
        ' pytorch: 2 epochs of 8 steps in all, 3 of them skipped, weights of epoch 2',
    })
  })

  describe('of runs whose early stopping ended at different epochs', () => {
    const longer = { phases: [phase(3)], pixels: hashes('e0', 'e01', 'aa') }

    it('compares what grows with every epoch over those that both trained', () => {
      expect(row('epochs', pair(longer))?.state).toBe('different')
      expect(row('pixels', pair(longer))).toEqual({
        ingredient: 'pixels',
        state: 'identical',
        evidence: 'sha256 e01999999999 over the first 2 epochs, which both trained',
      })
    })

    it('still sees a difference within these, and says from where on', () => {
      expect(row('pixels', pair({ ...longer, pixels: hashes('e0', 'bb', 'aa') }))).toEqual({
        ingredient: 'pixels',
        state: 'different',
        evidence: 'tensorflow: sha256 e01999999999; pytorch: sha256 bb9999999999 from epoch 2 on',
      })
    })

    it('ends at the first phase that the two trained for unequally long', () => {
      const tensorflow = { phases: [phase(1), phase(2)], pixels: hashes('a', 'b', 'c') }
      const pytorch = { phases: [phase(2), phase(2)], pixels: hashes('a', 'x', 'y', 'z') }
      const results = [result('tensorflow', 0, tensorflow), result('pytorch', 0, pytorch)]
      expect(row('pixels', results)).toMatchObject({
        state: 'identical',
        evidence: 'sha256 a99999999999 over the first epoch, which both trained',
      })
    })
  })

  describe('of runs whose phase went back to the weights of its best epoch', () => {
    const restored = (recorded: number, measured: number, inOneProcess = true) => ({
      phases: [phase(3, { weightsOf: 2, restored: { recorded, measured, inOneProcess } })],
    })
    const runs = (ours: Partial<Facts>, theirs: Partial<Facts>, seed = 0) => [
      result('tensorflow', seed, ours),
      result('pytorch', seed, theirs),
    ]

    it('has a row that says so', () => {
      expect(row('restored weights', runs(restored(0.4, 0.4), restored(0.5, 0.5)))).toEqual({
        ingredient: 'restored weights',
        state: 'identical',
        evidence:
          'tensorflow: validation loss of phase 1, epoch 2 was 0.4, and again 0.4;' +
          ' pytorch: validation loss of phase 1, epoch 2 was 0.5, and again 0.5',
      })
    })

    it.each([
      ['tensorflow', restored(0.4, 0.41), restored(0.5, 0.5), 'was 0.4, and again 0.41 (seed 1)'],
      ['pytorch', restored(0.4, 0.4), restored(0.5, 0.49), 'was 0.5, and again 0.49 (seed 1)'],
    ])('calls the row different when %s measured another loss', (framework, ours, theirs, losses) => {
      const seeds = [...runs(restored(0.4, 0.4), restored(0.5, 0.5)), ...runs(ours, theirs, 1)]
      const shown = row('restored weights', seeds)
      expect(shown?.state).toBe('different')
      expect(shown?.evidence).toContain(`${framework}: validation loss of phase 1, epoch 2 ${losses}`)
    })

    it('forgives what the rounding of the precision explains', () => {
      const slightly = restored(2, 2.001)
      expect(row('restored weights', pair(restored(2, 2.000001)))?.state).toBe('equivalent')
      expect(row('restored weights', pair(slightly))?.state).toBe('different')
      const half = { ...slightly, tolerances: { loss: 2e-2, features: 5e-2 } }
      expect(row('restored weights', pair(half))?.state).toBe('equivalent')
    })

    it('forgives the rounding of half precision only where a resumed run may have taken other kernels', () => {
      const half = { tolerances: { loss: 2e-2, features: 5e-2 } }
      expect(row('restored weights', pair({ ...restored(2, 2.02, false), ...half }))?.state).toBe(
        'equivalent',
      )
      expect(row('restored weights', pair({ ...restored(2, 2.02), ...half }))?.state).toBe('different')
    })

    it('says which framework went back to no earlier epoch', () => {
      expect(row('restored weights', pair(restored(0.5, 0.5)))?.evidence).toBe(
        'tensorflow: nothing was restored; pytorch: validation loss of phase 1, epoch 2 was 0.5, and again 0.5',
      )
    })
  })

  it('is empty when no seed was finished by both', () => {
    expect(fairnessContract([result('tensorflow', 0), failedRun('pytorch', 0, lossNotFinite)])).toEqual([])
    expect(fairnessContract([result('tensorflow', 0), result('pytorch', 1)])).toEqual([])
  })
})

/** Both frameworks' results of a seed, PyTorch's with other facts. */
function pair(pytorch: Partial<Facts> = {}, seed = 0): RunResult[] {
  return [result('tensorflow', seed), result('pytorch', seed, pytorch)]
}

/** A phase that trained so many epochs of four steps. */
function phase(epochs: number, changes: Partial<TrainedPhase> = {}): TrainedPhase {
  return {
    input: 'features',
    features: 'computed',
    epochs,
    steps: 4 * epochs,
    skippedSteps: 0,
    stillSteps: 0,
    keptSteps: 0,
    weightsOf: epochs,
    restored: null,
    validatedWeights: 'of the steps',
    finalWeights: 'of the steps',
    continuity: [],
    featuresDifference: null,
    ...changes,
  }
}

function hashes(...starts: string[]): string[] {
  return starts.map((start) => start.padEnd(64, '9'))
}

function row(ingredient: string, results: readonly RunResult[]) {
  return fairnessContract(results).find((candidate) => candidate.ingredient === ingredient)
}
