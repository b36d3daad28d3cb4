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
  const status = comparisonStatus(results)
  // Who cancels wants an end, not a test of half the seeds.
  const statistics = status === 'cancelled' ? null : pairedDifference
  return {
    schemaVersion: 1,
    experiment: experiment.name,
    mode: experiment.mode,
    status,
    runs: [...results],
    contract: fairnessContract(results),
    metrics: {
      accuracy: await compareMetric('accuracy', results, statistics),
      loss: await compareMetric('loss', results, statistics),
    },
  }
}

function comparisonStatus(results: readonly RunResult[]): Comparison['status'] {
  if (results.some((result) => result.status === 'cancelled')) return 'cancelled'
  return results.some((result) => result.status === 'failed') ? 'failed' : 'finished'
}

async function compareMetric(
  metric: Metric,
  results: readonly RunResult[],
  pairedDifference: PairedDifference | null,
): Promise<MetricComparison> {
  const tensorflow = valuesBySeed('tensorflow', metric, results)
  const pytorch = valuesBySeed('pytorch', metric, results)
  const seeds = [...tensorflow.keys()].filter((seed) => pytorch.has(seed))
  const paired = {
    tensorflow: seeds.flatMap((seed) => tensorflow.get(seed) ?? []),
    pytorch: seeds.flatMap((seed) => pytorch.get(seed) ?? []),
  }
  return {
    tensorflow: summarize([...tensorflow.values()]),
    pytorch: summarize([...pytorch.values()]),
    difference:
      pairedDifference === null || seeds.length === 0
        ? null
        : await differenceOf(metric, paired, pairedDifference),
  }
}

// Statistics that can't be had don't cost the comparison: the mean needs no test, and the reason says what failed.
async function differenceOf(
  metric: Metric,
  paired: { readonly tensorflow: number[]; readonly pytorch: number[] },
  pairedDifference: PairedDifference,
): Promise<Difference> {
  const pairs = paired.tensorflow.length
  try {
    const reported = await pairedDifference({ ...paired, level: intervalLevel })
    const { interval, level } =
      equivalenceMargins[metric] === null
        ? reported
        : await pairedDifference({ ...paired, level: equivalenceLevel })
    const equivalence = interval && level !== null ? { interval, level } : null
    return { ...reported, pairs, ...decide({ ...reported, pairs, equivalence }, metric) }
  } catch (error) {
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

// Of the finished runs that have the metric; a loss that isn't finite has no value.
function valuesBySeed(
  framework: Framework,
  metric: Metric,
  results: readonly RunResult[],
): ReadonlyMap<number, number> {
  return new Map(
    results.flatMap((result): [number, number][] => {
      const value =
        result.framework === framework && result.status === 'finished' ? result.test?.[metric] : null
      return value === null || value === undefined ? [] : [[result.seed, value]]
    }),
  )
}
