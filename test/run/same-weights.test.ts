import { describe, expect, it } from 'vitest'
import type { RunResult } from '../../src/protocol/result.js'
import { refuseOtherWeights } from '../../src/run/same-weights.js'
import type { Framework } from '../../src/spec/schema.js'
import { finishedRun } from '../report/comparison.js'
import { experiment } from './rig.js'

const fromFile = experiment({ model: { backbone: 'resnet18', weights: { file: 'weights.safetensors' } } })

/** A finished run whose backbone began with these weights. */
function runWith(weights: string, framework: Framework = 'pytorch', seed = 0): RunResult {
  const run = finishedRun(framework, seed)
  return { ...run, facts: { ...run.facts, weights } }
}

describe('a run whose backbone began with other weights than the earlier runs of its framework', () => {
  it('fails, and says which runs had which', () => {
    const refused = refuseOtherWeights(runWith('bbb', 'pytorch', 1), [runWith('aaa')], fromFile)
    expect(refused).toMatchObject({
      status: 'failed',
      seed: 1,
      failure: {
        code: 'WEIGHTS_MISMATCH',
        message:
          'PyTorch began seed 1 with weights bbb, and seed 0 with aaa: the weights were replaced in between.',
      },
    })
  })

  it('stands where the weights are random, which may be drawn by seed', () => {
    const run = runWith('bbb', 'pytorch', 1)
    expect(refuseOtherWeights(run, [runWith('aaa')], experiment())).toBe(run)
  })

  it('stands beside runs of the other framework, which the contract compares it with', () => {
    const run = runWith('bbb')
    expect(refuseOtherWeights(run, [runWith('aaa', 'tensorflow')], fromFile)).toBe(run)
  })
})
