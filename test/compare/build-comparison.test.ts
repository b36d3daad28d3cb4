import { describe, expect, it } from 'vitest'
import { buildComparison, type PairedDifference } from '../../src/compare/build-comparison.js'
import { comparisonSchema } from '../../src/compare/comparison.js'
import { TwintuneError } from '../../src/failure.js'
import type { RunResult } from '../../src/protocol/result.js'
import { cancelledFailure, failedRun, lossNotFinite } from '../report/comparison.js'
import { result } from './results.js'

const experiment = { name: 'small', mode: 'aligned' } as const

// As Python answers for six pairs that all point the same way.
const certain: PairedDifference = async ({ level }) => ({
  mean: 0.1,
  interval: [0.05, 0.15],
  level: level === 0.95 ? 0.96875 : 0.90625,
  pValue: 0.03125,
})

describe('a comparison', () => {
  const sixSeeds = [0, 1, 2, 3, 4, 5].flatMap((seed) => [
    result('tensorflow', seed, { accuracy: 0.9, testLoss: 0.2 }),
    result('pytorch', seed, { accuracy: 0.8, testLoss: 0.3 }),
  ])

  it('is what comparison.json holds', async () => {
    const comparison = await buildComparison(experiment, sixSeeds, certain)
    expect(comparisonSchema.parse(comparison)).toEqual(comparison)
    expect(comparison).toMatchObject({ experiment: 'small', mode: 'aligned', status: 'finished' })
  })

  it('reports the interval at 95% and draws the verdict', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, certain)
    expect(metrics.accuracy.difference).toMatchObject({ level: 0.96875, pairs: 6, verdict: 'tensorflow' })
    expect(metrics.accuracy.pytorch?.mean).toBeCloseTo(0.8)
  })

  it('takes the narrower interval at 90% for the question of equivalence', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, async (request) => ({
      ...(await certain(request)),
      interval: request.level === 0.9 ? [-0.001, 0.001] : [-0.1, 0.1],
    }))
    expect(metrics.accuracy.difference).toMatchObject({ interval: [-0.1, 0.1], verdict: 'equivalent' })
  })

  it('pairs the two frameworks by seed, whatever the order of the results', async () => {
    const requests: unknown[] = []
    const results = [
      result('pytorch', 1, { accuracy: 0.1 }),
      result('tensorflow', 0, { accuracy: 0.2 }),
      result('tensorflow', 2, { accuracy: 0.9 }),
      result('tensorflow', 1, { accuracy: 0.3 }),
      result('pytorch', 0, { accuracy: 0.4 }),
    ]
    await buildComparison(experiment, results, async (request) => {
      requests.push(request)
      return certain(request)
    })
    expect(requests[0]).toMatchObject({ tensorflow: [0.2, 0.3], pytorch: [0.4, 0.1] })
  })

  it('estimates the differences of the other metrics, without a verdict', async () => {
    const { metrics } = await buildComparison(
      experiment,
      sixSeeds,
      async ({ tensorflow, pytorch, level }) => ({
        ...(await certain({ tensorflow, pytorch, level })),
        mean: (tensorflow[0] ?? 0) - (pytorch[0] ?? 0),
      }),
    )
    expect(metrics.macroF1.difference).toEqual({
      mean: expect.closeTo(0.1),
      interval: [0.05, 0.15],
      level: 0.96875,
      pValue: 0.03125,
      pairs: 6,
    })
    expect(metrics.macroF1.tensorflow?.mean).toBeCloseTo(0.89)
    expect(metrics.calibrationError.difference).toMatchObject({ mean: 0, pairs: 6 })
  })

  it('has nothing to say of a metric that the runs lack', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, certain)
    expect(metrics.topFiveAccuracy).toEqual({ tensorflow: null, pytorch: null, difference: null })
  })

  it('draws no verdict from the pairs that are left when a run of another seed failed', async () => {
    const results = [...sixSeeds, result('tensorflow', 6), failedRun('pytorch', 6, lossNotFinite)]
    const { metrics } = await buildComparison(experiment, results, certain)
    expect(metrics.accuracy.difference).toMatchObject({
      pairs: 6,
      pValue: 0.03125,
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^1 of 7 seeds has no pair/),
    })
  })

  it('claims no difference of one framework alone', async () => {
    const { metrics, contract } = await buildComparison(experiment, [result('pytorch', 0)], certain)
    expect(metrics.accuracy).toMatchObject({ tensorflow: null, difference: null })
    expect(contract).toEqual([])
  })

  it('keeps the means when the test cannot be computed, and says why', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, async () => {
      throw new TwintuneError({ code: 'PACKAGE_MISSING', message: 'SciPy is not installed.' })
    })
    expect(metrics.accuracy.difference).toMatchObject({
      pValue: null,
      verdict: 'inconclusive',
      reason: 'The test could not be computed: SciPy is not installed.',
    })
    expect(metrics.accuracy.difference?.mean).toBeCloseTo(0.1)
    expect(metrics.macroF1.difference).toMatchObject({ mean: expect.closeTo(0.1), pValue: null })
  })

  it.each<[string, RunResult, string]>([
    ['failed', failedRun('pytorch', 0, lossNotFinite), 'failed'],
    ['cancelled', failedRun('pytorch', 0, cancelledFailure), 'cancelled'],
  ])('has %s when one of its runs has', async (_, unfinished, status) => {
    expect((await buildComparison(experiment, [result('tensorflow', 0), unfinished], certain)).status).toBe(
      status,
    )
  })

  it('asks nothing of Python once it was cancelled', async () => {
    const results = [...sixSeeds, failedRun('pytorch', 6, cancelledFailure)]
    const { metrics } = await buildComparison(experiment, results, () => Promise.reject(new Error('asked')))
    expect(metrics.accuracy.difference).toBeNull()
  })

  it('has cancelled too when the test itself was', async () => {
    const { status, metrics } = await buildComparison(experiment, sixSeeds, async () => {
      throw new TwintuneError(cancelledFailure)
    })
    expect(status).toBe('cancelled')
    expect(metrics.accuracy).toMatchObject({ tensorflow: { mean: 0.9 }, difference: null })
  })
})
