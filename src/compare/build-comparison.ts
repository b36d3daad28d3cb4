import type { z } from 'zod'
import { toFailure } from '../failure.js'
import type { pairedDifferenceMessage } from '../protocol/paired-difference.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { Comparison, Difference, MetricComparison, PairedEstimate } from './comparison.js'
import { fairnessContract } from './contract.js'
import { mean, summarize } from './summary.js'
import { type DecidedMetric, decide, equivalenceLevel, equivalenceMargins, intervalLevel } from './verdict.js'

/** The call into SciPy: the paired test of two samples and its interval. */
export type PairedDifference = (
  request: z.input<typeof pairedDifferenceMessage.request>,
) => Promise<z.output<typeof pairedDifferenceMessage.result>>

/** How the frameworks compare, from what their runs came to. Pure but for `pairedDifference`. */
export async function buildComparison(
  experiment: Pick<Experiment, 'name' | 'mode'>,
  results: readonly RunResult[],
  pairedDifference: PairedDifference,
): Promise<Omit<Comparison, 'disagreement'>> {
  const { status, differences } = await testDifferences(results, pairedDifference)
  return {
    schemaVersion: 1,
    experiment: experiment.name,
    mode: experiment.mode,
    status,
    runs: [...results],
    contract: fairnessContract(results),
    metrics: {
      accuracy: { ...summaries('accuracy', results), difference: differences.accuracy },
      topFiveAccuracy: {
        ...summaries('topFiveAccuracy', results),
        difference: differences.topFiveAccuracy,
      },
      macroF1: { ...summaries('macroF1', results), difference: differences.macroF1 },
      loss: { ...summaries('loss', results), difference: differences.loss },
      calibrationError: {
        ...summaries('calibrationError', results),
        difference: differences.calibrationError,
      },
    },
  }
}

type Metric = keyof Comparison['metrics']
type Differences = { readonly [M in Metric]: Comparison['metrics'][M]['difference'] }

const noDifferences: Differences = {
  accuracy: null,
  topFiveAccuracy: null,
  macroF1: null,
  loss: null,
  calibrationError: null,
}

// Who cancels wants an end, not a test of half the seeds; nor to wait for a test that has begun.
async function testDifferences(
  results: readonly RunResult[],
  pairedDifference: PairedDifference,
): Promise<{ status: Comparison['status']; differences: Differences }> {
  const cancelled = { status: 'cancelled', differences: noDifferences } as const
  const status = comparisonStatus(results)
  if (status === 'cancelled') return cancelled
  try {
    const differences = {
      accuracy: await testDifference('accuracy', results, pairedDifference),
      topFiveAccuracy: await estimateDifference('topFiveAccuracy', results, pairedDifference),
      macroF1: await estimateDifference('macroF1', results, pairedDifference),
      loss: await testDifference('loss', results, pairedDifference),
      calibrationError: await estimateDifference('calibrationError', results, pairedDifference),
    }
    return { status, differences }
  } catch (error) {
    if (isCancellation(error)) return cancelled
    throw error
  }
}

function comparisonStatus(results: readonly RunResult[]): Comparison['status'] {
  if (results.some((result) => result.status === 'cancelled')) return 'cancelled'
  return results.some((result) => result.status === 'failed') ? 'failed' : 'finished'
}

function summaries(
  metric: Metric,
  results: readonly RunResult[],
): Pick<MetricComparison, 'tensorflow' | 'pytorch'> {
  return {
    tensorflow: summarize([...valuesBySeed('tensorflow', metric, results).values()]),
    pytorch: summarize([...valuesBySeed('pytorch', metric, results).values()]),
  }
}

// Statistics that can't be had don't cost the comparison: the mean needs no test.
async function estimateDifference(
  metric: Metric,
  results: readonly RunResult[],
  pairedDifference: PairedDifference,
): Promise<PairedEstimate | null> {
  const paired = pairBySeed(metric, results)
  const pairs = paired.tensorflow.length
  if (pairs === 0) return null
  try {
    return { ...(await pairedDifference({ ...paired, level: intervalLevel })), pairs }
  } catch (error) {
    if (isCancellation(error)) throw error
    return meanAlone(paired)
  }
}

// The same with a verdict, whose reason says why there is no test.
async function testDifference(
  metric: DecidedMetric,
  results: readonly RunResult[],
  pairedDifference: PairedDifference,
): Promise<Difference | null> {
  const paired = pairBySeed(metric, results)
  const pairs = paired.tensorflow.length
  if (pairs === 0) return null
  const seeds = new Set(results.map((result) => result.seed)).size
  try {
    const reported = await pairedDifference({ ...paired, level: intervalLevel })
    const { interval, level } =
      equivalenceMargins[metric] === null
        ? reported
        : await pairedDifference({ ...paired, level: equivalenceLevel })
    const equivalence = interval && level !== null ? { interval, level } : null
    return { ...reported, pairs, ...decide({ ...reported, pairs, seeds, equivalence }, metric) }
  } catch (error) {
    if (isCancellation(error)) throw error
    return {
      ...meanAlone(paired),
      verdict: 'inconclusive',
      reason: `The test could not be computed: ${toFailure(error).message}`,
    }
  }
}

function isCancellation(error: unknown): boolean {
  return toFailure(error).code === 'CANCELLED'
}

/** What the frameworks came to, paired by position. */
interface Paired {
  readonly tensorflow: number[]
  readonly pytorch: number[]
}

function meanAlone({ tensorflow, pytorch }: Paired): PairedEstimate {
  const difference = mean(tensorflow) - mean(pytorch)
  return { mean: difference, interval: null, level: null, pValue: null, pairs: tensorflow.length }
}

function pairBySeed(metric: Metric, results: readonly RunResult[]): Paired {
  const tensorflow = valuesBySeed('tensorflow', metric, results)
  const pytorch = valuesBySeed('pytorch', metric, results)
  const seeds = [...tensorflow.keys()].filter((seed) => pytorch.has(seed))
  return {
    tensorflow: seeds.flatMap((seed) => tensorflow.get(seed) ?? []),
    pytorch: seeds.flatMap((seed) => pytorch.get(seed) ?? []),
  }
}

function valuesBySeed(
  framework: Framework,
  metric: Metric,
  results: readonly RunResult[],
): ReadonlyMap<number, number> {
  return new Map(
    results.flatMap((result): [number, number][] => {
      const value = result.framework === framework ? result.test?.[metric] : null
      return value === null || value === undefined ? [] : [[result.seed, value]]
    }),
  )
}
