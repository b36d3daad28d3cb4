// Holds the option comparison.primaryMetric

import { describe, expect, it, test } from 'vitest'
import { buildComparison } from '../../src/compare/build-comparison.js'
import { comparisonSchema } from '../../src/compare/comparison.js'
import type { Statistics } from '../../src/compare/paired-estimate.js'
import { TwintuneError } from '../../src/failure.js'
import type { RunResult } from '../../src/protocol/result.js'
import { comparisonSettingsSchema } from '../../src/spec/comparison-schema.js'
import { cancelledFailure, failedRun, lossNotFinite } from '../report/comparison.js'
import { result } from './results.js'

const settings = comparisonSettingsSchema.parse({})
const experiment = {
  name: 'small',
  mode: 'aligned',
  comparison: settings,
  training: { phases: [] },
} as const

// As Python answers for six pairs that all point the same way.
const pairedDifference: Statistics['pairedDifference'] = async ({ level }) => ({
  mean: 0.1,
  interval: [0.05, 0.15],
  level: level === 0.95 ? 0.96875 : 0.90625,
  pValue: 0.03125,
})
const certain: Statistics = {
  pairedDifference,
  pairsNeeded: async () => ({ difference: 8, equivalence: null }),
}

test('models that were not trained have that for a verdict, and nobody is sent to add seeds', async () => {
  const runs = [0, 1].flatMap((seed) => [
    result('tensorflow', seed, { accuracy: 0.34, testLoss: 763 }),
    result('pytorch', seed, { accuracy: 0.31, testLoss: 552 }),
  ])
  const { metrics } = await buildComparison(experiment, runs, certain)
  expect(metrics.accuracy.difference).toMatchObject({
    verdict: 'not trained',
    reason: expect.stringContaining('TensorFlow diverged in 2 of 2 runs'),
    moreSeeds: { difference: null, equivalence: null },
  })
  expect(metrics.loss.difference?.moreSeeds).toEqual({ difference: null, equivalence: null })
})

describe('a comparison', () => {
  const sixSeeds = [0, 1, 2, 3, 4, 5].flatMap((seed) => [
    result('tensorflow', seed, { accuracy: 0.9, testLoss: 0.2 }),
    result('pytorch', seed, { accuracy: 0.8, testLoss: 0.3 }),
  ])

  it('is what comparison.json holds', async () => {
    const comparison = await buildComparison(experiment, sixSeeds, certain)
    const whole = {
      ...comparison,
      shard: null,
      merged: null,
      unjudged: [],
      repeats: [],
      disagreement: [],
      noise: null,
    }
    expect(comparisonSchema.parse(whole)).toEqual(whole)
    expect(comparison).toMatchObject({ experiment: 'small', mode: 'aligned', status: 'finished' })
  })

  it('reports the interval at 95% and draws the verdict', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, certain)
    expect(metrics.accuracy.difference).toMatchObject({ level: 0.96875, pairs: 6, verdict: 'tensorflow' })
    expect(metrics.accuracy.pytorch?.mean).toBeCloseTo(0.8)
  })

  it('takes the narrower interval at 90% for the question of equivalence', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, {
      ...certain,
      pairedDifference: async (request) => ({
        ...(await pairedDifference(request)),
        interval: request.level === 0.9 ? [-0.001, 0.001] : [-0.1, 0.1],
      }),
    })
    expect(metrics.accuracy.difference).toMatchObject({
      interval: [-0.1, 0.1],
      margin: experiment.comparison.margins.accuracy,
      equivalence: { interval: [-0.001, 0.001], level: 0.90625 },
      verdict: 'equivalent',
    })
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
    await buildComparison(experiment, results, {
      ...certain,
      pairedDifference: (request) => {
        requests.push(request)
        return pairedDifference(request)
      },
    })
    expect(requests[0]).toMatchObject({ tensorflow: [0.2, 0.3], pytorch: [0.4, 0.1] })
  })

  it('estimates the differences of the other metrics, without a verdict', async () => {
    const { metrics } = await buildComparison(experiment, sixSeeds, {
      ...certain,
      pairedDifference: async (request) => ({
        ...(await pairedDifference(request)),
        mean: (request.tensorflow[0] ?? 0) - (request.pytorch[0] ?? 0),
      }),
    })
    expect(metrics.macroF1.difference).toEqual({
      mean: expect.closeTo(0.1),
      margin: null,
      equivalence: null,
      interval: [0.05, 0.15],
      level: 0.96875,
      pValue: 0.03125,
      adjustedPValue: 0.09375,
      moreSeeds: { difference: 2, equivalence: null },
      pairs: 6,
      verdict: null,
      reason: null,
    })
    expect(metrics.macroF1.tensorflow?.mean).toBeCloseTo(0.89)
    expect(metrics.calibrationError.difference).toMatchObject({ mean: 0, pairs: 6 })
  })

  it('draws the verdict of the primary metric, and adjusts the p-values of the others', async () => {
    const comparison = { ...settings, primaryMetric: 'loss' as const }
    const { metrics, primaryMetric } = await buildComparison({ ...experiment, comparison }, sixSeeds, certain)
    expect(primaryMetric).toBe('loss')
    expect(metrics.loss.difference).toMatchObject({ verdict: 'pytorch', adjustedPValue: null })
    // Three others: the classes are too few for a top-5 accuracy.
    expect(metrics.accuracy.difference).toMatchObject({ verdict: null, adjustedPValue: 3 * 0.03125 })
  })

  it('takes the margin of the metric that is asked for', async () => {
    const comparison = comparisonSettingsSchema.parse({ primaryMetric: 'loss', margins: { loss: 0.2 } })
    const { metrics } = await buildComparison({ ...experiment, comparison }, sixSeeds, certain)
    expect(metrics.loss.difference).toMatchObject({ verdict: 'equivalent', pValue: 0.03125 })
  })

  it('names no number of seeds while one of them has no pair', async () => {
    const runs = [...sixSeeds, result('tensorflow', 6), failedRun('pytorch', 6, lossNotFinite)]
    const { metrics } = await buildComparison(experiment, runs, certain)
    expect(metrics.accuracy.difference).toMatchObject({
      pValue: 0.03125,
      verdict: 'inconclusive',
      moreSeeds: { difference: null, equivalence: null },
    })
  })

  it('asks how many pairs each metric needs, at the level that Holm leaves it', async () => {
    const requests: Parameters<Statistics['pairsNeeded']>[0][] = []
    const { metrics } = await buildComparison(experiment, sixSeeds, {
      ...certain,
      pairsNeeded: async (request) => {
        requests.push(request)
        return { difference: 8, equivalence: 5 }
      },
    })
    // What more seeds are to show, the next look has to find: half of what this one has left of the 5%.
    const next = (0.05 - 1 / 32) / 2
    expect(requests.map(({ significance, margin }) => [significance, margin])).toEqual([
      [next, 0.005],
      ...Array.from({ length: 3 }, () => [next / 3, null]),
    ])
    expect(requests.map(({ equivalence }) => equivalence)).toEqual(Array(4).fill((0.05 - 3 / 64) / 2))
    // Shown already; not shown by six pairs, although the estimate says that five could: at least one more.
    expect(metrics.accuracy.difference?.moreSeeds).toEqual({ difference: 0, equivalence: 1 })
    expect(metrics.macroF1.difference?.moreSeeds.difference).toBe(2)
  })

  it('compares speed by the logarithms of what each run came to, and tells the ratio', async () => {
    const requests: Parameters<Statistics['pairedDifference']>[0][] = []
    const results = [
      { ...result('tensorflow', 0), imagesPerSecond: 200 },
      { ...result('pytorch', 0), imagesPerSecond: 100 },
      { ...result('tensorflow', 1), imagesPerSecond: 400 },
      { ...result('pytorch', 1), imagesPerSecond: null },
      // Others disturbed one run of this pair.
      { ...result('tensorflow', 2), imagesPerSecond: 20, othersCpuShare: 0.5 },
      { ...result('pytorch', 2), imagesPerSecond: 100 },
    ]
    const { throughput } = await buildComparison(experiment, results, {
      ...certain,
      pairedDifference: async (request) => {
        requests.push(request)
        return { mean: Math.log(2), interval: [0, Math.log(4)], level: 0.5, pValue: 0.5 }
      },
    })
    expect(requests.at(-1)).toMatchObject({ tensorflow: [Math.log(200)], pytorch: [Math.log(100)] })
    // The mean is that of the seeds that are compared.
    expect(throughput.tensorflow).toMatchObject({ mean: 200, min: 200, max: 200 })
    expect(throughput.ratio).toMatchObject({
      mean: expect.closeTo(2),
      interval: [1, expect.closeTo(4)],
      pairs: 1,
    })
  })

  it('says the same of every metric whatever the times were', async () => {
    const slower = sixSeeds.map((run) => ({ ...run, imagesPerSecond: 1, peakMemoryBytes: 1 }))
    const [first, second] = [
      await buildComparison(experiment, sixSeeds, certain),
      await buildComparison(experiment, slower, certain),
    ]
    expect(second.metrics).toEqual(first.metrics)
    expect(second.contract).toEqual(first.contract)
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

  it('draws no verdict from runs that only repeat one another, which are one pair and not six', async () => {
    const { facts } = result('tensorflow', 0)
    // All but the first find the features that it has left in the cache.
    const cached = facts.phases.map((phase) => ({ ...phase, features: 'cached' as const }))
    const results = sixSeeds.map((run) => ({
      ...run,
      facts: run.seed === 0 ? facts : { ...facts, phases: cached },
    }))
    const { metrics } = await buildComparison(experiment, results, certain)
    expect(metrics.accuracy.difference).toMatchObject({
      verdict: 'inconclusive',
      reason: 'Nothing varied between the seeds 0 and 1, whose runs so are no two pairs.',
    })
  })

  it('claims no difference of one framework alone', async () => {
    const { metrics, contract } = await buildComparison(experiment, [result('pytorch', 0)], certain)
    expect(metrics.accuracy).toMatchObject({ tensorflow: null, difference: null })
    expect(contract).toEqual([])
  })

  it('keeps the means when the test cannot be computed, and says why', async () => {
    const { metrics } = await buildComparison(
      experiment,
      sixSeeds,
      failing({ code: 'PACKAGE_MISSING', message: 'SciPy is not installed.' }),
    )
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
    const { metrics } = await buildComparison(
      experiment,
      results,
      failing({ code: 'INTERNAL', message: 'asked' }),
    )
    expect(metrics.accuracy.difference).toBeNull()
  })

  it('has cancelled too when the test itself was', async () => {
    const { status, metrics } = await buildComparison(experiment, sixSeeds, failing(cancelledFailure))
    expect(status).toBe('cancelled')
    expect(metrics.accuracy).toMatchObject({ tensorflow: { mean: 0.9 }, difference: null })
  })
})

/** Statistics that can't be had. */
function failing(failure: ConstructorParameters<typeof TwintuneError>[0]): Statistics {
  const fail = () => Promise.reject(new TwintuneError(failure))
  return { pairedDifference: fail, pairsNeeded: fail }
}
