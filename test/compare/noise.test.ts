// Holds the option comparison.noise

import { describe, expect, it } from 'vitest'
import { noiseFloor, noiseSchema } from '../../src/compare/noise.js'
import { facts, failedRun, lossNotFinite } from '../report/comparison.js'
import { repeated, result } from './results.js'

describe('noise', () => {
  const results = [
    result('tensorflow', 0, { accuracy: 0.75 }),
    result('pytorch', 0, { accuracy: 0.5 }),
    result('pytorch', 1, { accuracy: 0.5 }),
    result('tensorflow', 1, { accuracy: 0.625 }),
    repeated(result('tensorflow', 0, { accuracy: 0.5 })),
    repeated(result('pytorch', 0, { accuracy: 0.5 })),
    repeated(result('pytorch', 1, { accuracy: 0.5 })),
    repeated(result('tensorflow', 1, { accuracy: 0.75 })),
  ]
  const within = [
    { framework: 'tensorflow', seed: 0, different: 3 },
    { framework: 'tensorflow', seed: 1, different: 1 },
    { framework: 'pytorch', seed: 0, different: 0 },
  ] as const
  const counts = { images: 9, bothRight: 4, onlyTensorflowRight: 1, onlyPytorchRight: 1, bothWrong: 3 }
  const between = [{ seed: 0, ...counts, different: 4, pValue: 1 }]
  const noise = noiseFloor({ results, within, between })

  it('is the mean and the largest distance of two runs of a framework, and of the two frameworks', () => {
    expect(noise.accuracy).toEqual({
      tensorflow: { mean: 0.1875, largest: 0.25, pairs: 2 },
      pytorch: { mean: 0, largest: 0, pairs: 2 },
      between: { mean: 0.1875, largest: 0.25, pairs: 2 },
    })
  })

  it('is exactly zero where the runs came to the same', () => {
    const { pytorch } = noise.loss
    expect(pytorch).toEqual({ mean: 0, largest: 0, pairs: 2 })
    expect(noise.firstStepLoss.pytorch).toEqual({ mean: 0, largest: 0, pairs: 2 })
  })

  it('counts the test images that two models answer differently', () => {
    expect(noise.differentImages).toEqual({
      tensorflow: { mean: 2, largest: 3, pairs: 2 },
      pytorch: { mean: 0, largest: 0, pairs: 1 },
      between: { mean: 4, largest: 4, pairs: 1 },
    })
  })

  it('says whether a run and its repeat ended with the same tensors', () => {
    expect(noise.sameModel).toEqual({ tensorflow: true, pytorch: true })
    const other = { ...repeated(result('pytorch', 0)), modelDigest: 'ff'.repeat(32) }
    const { sameModel } = noiseFloor({ results: [result('pytorch', 0), other], within: [], between: [] })
    expect(sameModel).toEqual({ tensorflow: null, pytorch: false })
  })

  it('does not call other losses of restored weights another work', () => {
    const [phase] = facts(0).phases
    if (phase === undefined) throw new Error('the facts have no phase')
    const restored = (loss: number) =>
      result('pytorch', 0, {
        phases: [{ ...phase, restored: { recorded: loss, measured: loss, inOneProcess: true } }],
      })
    const { unlike } = noiseFloor({
      results: [restored(0.5), repeated(restored(0.6))],
      within: [],
      between: [],
    })
    expect(unlike.pytorch).toEqual([])
  })

  it('does not call it another work that only the first run of a seed was looked at closely', () => {
    const [phase] = facts(0).phases
    if (phase === undefined) throw new Error('the facts have no phase')
    const repeat = { ...phase, continuity: [], featuresDifference: 3e-6 }
    const results = [result('pytorch', 0), repeated(result('pytorch', 0, { phases: [repeat] }))]
    expect(noiseFloor({ results, within: [], between: [] }).unlike.pytorch).toEqual([])
  })

  it('names the facts that a run and its repeat do not share', () => {
    expect(noise.unlike).toEqual({ tensorflow: [], pytorch: [] })
    const resumed = [result('pytorch', 0), repeated(result('pytorch', 0, { threads: '1 within' }))]
    const { unlike } = noiseFloor({ results: resumed, within: [], between: [] })
    expect(unlike).toEqual({ tensorflow: [], pytorch: ['threads'] })
  })

  it('is absent where a metric is, or where no run finished twice', () => {
    expect(noise.topFiveAccuracy).toEqual({ tensorflow: null, pytorch: null, between: null })
    const failed = { ...failedRun('pytorch', 0, lossNotFinite), repeat: true } as const
    const alone = noiseFloor({ results: [result('pytorch', 0), failed], within: [], between: [] })
    expect(alone.accuracy).toEqual({ tensorflow: null, pytorch: null, between: null })
    expect(noiseSchema.parse(alone)).toEqual(alone)
  })
})
