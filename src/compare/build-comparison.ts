import { toFailure } from '../failure.js'
import type { RunResult } from '../protocol/result.js'
import type { MetricName } from '../spec/comparison-schema.js'
import type { Experiment } from '../spec/schema.js'
import { behaviourOf, brokenRows } from './behaviour.js'
import type { Comparison, ContractRow, Difference, MetricComparison, PairedEstimate } from './comparison.js'
import { fairnessContract } from './contract.js'
import { type Differences, noDifferences, testDifferences } from './differences.js'
import type { Judgement } from './judgement.js'
import type { Statistics } from './paired-estimate.js'
import { comparedValues } from './paired-values.js'
import { type StoppingRules, stoppingRow } from './stopping.js'
import { summarize } from './summary.js'
import { compareThroughput, summarizeThroughput } from './throughput.js'

/** Comparison of the runs that count, without their repeats and without the answers of their models. */
export type ComparedRuns = Omit<Comparison, 'repeats' | 'disagreement' | 'noise'>

/** Compares the frameworks by the results of their runs. The function is pure but for `statistics`. */
export async function buildComparison(
  {
    name,
    mode,
    comparison: settings,
    training,
  }: Pick<Experiment, 'name' | 'mode' | 'comparison'> & { readonly training: StoppingRules },
  results: readonly RunResult[],
  statistics: Statistics,
  judgements: readonly Judgement[] = [],
): Promise<ComparedRuns> {
  const contract = [
    ...fairnessContract(results),
    ...behaviourOf(mode, results, judgements),
    ...stoppingRow(training, results),
  ]
  const { status, differences, ratio } = await testAll(results, settings, statistics)
  const compare = (metric: MetricName): MetricComparison => {
    const values = comparedValues(results, (run) => run.test[metric])
    return {
      tensorflow: summarize(values.tensorflow),
      pytorch: summarize(values.pytorch),
      difference: withheld(differences[metric], brokenRows(mode, contract)),
    }
  }
  return {
    schemaVersion: 1,
    experiment: name,
    mode,
    status,
    runs: [...results],
    contract,
    judgements: [...judgements],
    vary: settings.vary,
    primaryMetric: settings.primaryMetric,
    metrics: {
      accuracy: compare('accuracy'),
      topFiveAccuracy: compare('topFiveAccuracy'),
      macroF1: compare('macroF1'),
      loss: compare('loss'),
      calibrationError: compare('calibrationError'),
    },
    throughput: { ...summarizeThroughput(results), ratio },
  }
}

/** Replaces a verdict where the frameworks did different work: a difference then says nothing about them. */
function withheld(
  difference: Difference | null,
  [first, ...others]: readonly ContractRow[],
): Difference | null {
  if (difference === null || difference.verdict === null || first === undefined) return difference
  const rows = [first, ...others].map(({ ingredient }) => ingredient).join(', ')
  const reason = `The frameworks did different work (${rows}), so that the difference says nothing about them. ${first.ingredient}: ${first.evidence}.`
  const moreSeeds = { difference: null, equivalence: null }
  return { ...difference, moreSeeds, verdict: 'different work', reason }
}

interface Tested {
  readonly status: Comparison['status']
  readonly differences: Differences
  readonly ratio: PairedEstimate | null
}

// A user who cancels wants an end: neither a test of half the seeds, nor to wait for a test that has begun.
async function testAll(
  results: readonly RunResult[],
  settings: Experiment['comparison'],
  statistics: Statistics,
): Promise<Tested> {
  const cancelled = { status: 'cancelled', differences: noDifferences, ratio: null } as const
  const status = comparisonStatus(results)
  if (status === 'cancelled') return cancelled
  try {
    const differences = await testDifferences(results, settings, statistics)
    return { status, differences, ratio: await compareThroughput(results, statistics) }
  } catch (error) {
    if (toFailure(error).code === 'CANCELLED') return cancelled
    throw error
  }
}

/** Status of a comparison, by the results of its runs. */
export function comparisonStatus(results: readonly RunResult[]): Comparison['status'] {
  if (results.some((result) => result.status === 'cancelled')) return 'cancelled'
  return results.some((result) => result.status === 'failed') ? 'failed' : 'finished'
}
