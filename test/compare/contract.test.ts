import { describe, expect, it } from 'vitest'
import { fairnessContract } from '../../src/compare/contract.js'
import type { Facts, RunResult } from '../../src/protocol/result.js'
import { failedRun, lossNotFinite } from '../report/comparison.js'
import { result } from './results.js'

describe('the fairness contract', () => {
  it('has a row for each ingredient', () => {
    expect(fairnessContract(pair()).map((row) => row.ingredient)).toEqual([
      'weights',
      'architecture',
      'split',
      'augmentation',
      'pixels',
      'batch order',
      'head init',
      'loss',
      'optimizer',
      'schedule',
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
      evidence: 'sha256 e09999999999 (seed 0), sha256 e19999999999 (seed 1)',
    })
  })

  it('shows no more than three seeds', () => {
    const results = [0, 1, 2, 3, 4].flatMap((seed) => pair({}, seed))
    expect(row('head init', results)?.evidence).toMatch(/\(seed 2\), and 2 more$/)
  })

  it('calls an ingredient different when it differs in one seed of several', () => {
    const results = [...pair({}, 0), ...pair({ pixels: 'f'.repeat(64) }, 1)]
    expect(row('pixels', results)).toEqual({
      ingredient: 'pixels',
      state: 'different',
      evidence: 'tensorflow: sha256 e19999999999; pytorch: sha256 ffffffffffff (seed 1)',
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

  it('is empty when no seed was finished by both', () => {
    expect(fairnessContract([result('tensorflow', 0), failedRun('pytorch', 0, lossNotFinite)])).toEqual([])
    expect(fairnessContract([result('tensorflow', 0), result('pytorch', 1)])).toEqual([])
  })
})

/** Both frameworks' results of a seed, PyTorch's with other facts. */
function pair(pytorch: Partial<Facts> = {}, seed = 0): RunResult[] {
  return [result('tensorflow', seed), result('pytorch', seed, pytorch)]
}

function row(ingredient: string, results: readonly RunResult[]) {
  return fairnessContract(results).find((candidate) => candidate.ingredient === ingredient)
}
