import type { z } from 'zod'
import { toFailure } from '../failure.js'
import type { pairedDifferenceMessage } from '../protocol/paired-difference.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { Comparison, Difference, MetricComparison } from './comparison.js'
import { fairnessContract } from './contract.js'
import { mean, summarize } from './summary.js'
import { decide, equivalenceLevel, equivalenceMargins, intervalLevel, type Metric } from './verdict.js'

/** The call into SciPy: the paired test of two samples and its interval. */
export type PairedDifference = (
  request: z.input<typeof pairedDifferenceMessage.request>,
) => Promise<z.output<typeof pairedDifferenceMessage.result>>

/** How the frameworks compare, from what their runs came to. Pure but for `pairedDifference`. */
export async function buildComparison(
  experiment: Pick<Experiment, 'name' | 'mode'>,
  results: readonly RunResult[],
  pairedDifference: PairedDifference,
): Promise<Comparison> {
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
      loss: { ...summaries('loss', results), difference: differences.loss },
    },
  }
}

type Differences = Readonly<Record<Metric, Difference | null>>

// Who cancels wants an end, not a test of half the seeds; nor to wait for a test that has begun.
async function testDifferences(
  results: readonly RunResult[],
  pairedDifference: PairedDifference,
): Promise<{ status: Comparison['status']; differences: Differences }> {
  const cancelled = { status: 'cancelled', differences: { accuracy: null, loss: null } } as const
  const status = comparisonStatus(results)
  if (status === 'cancelled') return cancelled
  try {
    const accuracy = await testDifference('accuracy', results, pairedDifference)
    const loss = await testDifference('loss', results, pairedDifference)
    return { status, differences: { accuracy, loss } }
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

// Statistics that can't be had don't cost the comparison: the mean needs no test, and the reason says what failed.
async function testDifference(
  metric: Metric,
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
      mean: mean(paired.tensorflow) - mean(paired.pytorch),
      interval: null,
      level: null,
      pValue: null,
      pairs,
      verdict: 'inconclusive',
      reason: `The test could not be computed: ${toFailure(error).message}`,
    }
  }
}

function isCancellation(error: unknown): boolean {
  return toFailure(error).code === 'CANCELLED'
}

function pairBySeed(
  metric: Metric,
  results: readonly RunResult[],
): { readonly tensorflow: number[]; readonly pytorch: number[] } {
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
    results.flatMap((result): [number, number][] =>
      result.framework === framework && result.status === 'finished'
        ? [[result.seed, result.test[metric]]]
        : [],
    ),
  )
}
