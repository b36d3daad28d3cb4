import { toFailure } from '../failure.js'
import type { RunResult } from '../protocol/result.js'
import type { MetricName } from '../spec/comparison-schema.js'
import type { Experiment } from '../spec/schema.js'
import { behaviourOf, brokenRows } from './behaviour.js'
import type { Comparison, ContractRow, Difference, MetricComparison, PairedEstimate } from './comparison.js'
import { fairnessContract } from './contract.js'
import { type Differences, type LevelsOfLooks, noDifferences, testDifferences } from './differences.js'
import type { Judgement } from './judgement.js'
import { isSameLook, type Look, levelsAfter } from './looks.js'
import { whyNotTrained } from './not-trained.js'
import type { Statistics } from './paired-estimate.js'
import { comparedValues, pairBySeed } from './paired-values.js'
import { type StoppingRules, stoppingRow } from './stopping.js'
import { summarize } from './summary.js'
import { compareThroughput, summarizeThroughput } from './throughput.js'

/** Comparison of the runs that count, without their repeats, the answers of their models, and where the runs were carried out. */
export type ComparedRuns = Omit<
  Comparison,
  'repeats' | 'disagreement' | 'noise' | 'unjudged' | 'shard' | 'merged'
>

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
  looks: readonly Look[] = [],
): Promise<ComparedRuns> {
  const contract = [
    ...fairnessContract(results),
    ...behaviourOf(mode, results, judgements),
    ...stoppingRow(training, results),
  ]
  const present = {
    seeds: [...new Set(results.map(({ seed }) => seed))],
    pairs: pairsTested(results, settings),
  }
  const earlier = looks.filter((look) => !isSameLook(look, present))
  const look: Look = { ...present, ...levelsAfter(earlier) }
  const levels = { now: look, next: levelsAfter([...earlier, look]) }
  const { status, differences, ratio } = await testAll(results, settings, statistics, levels)
  const compare = (metric: MetricName): MetricComparison => {
    const values = comparedValues(results, (run) => run.test[metric])
    return {
      tensorflow: summarize(values.tensorflow),
      pytorch: summarize(values.pytorch),
      difference: withheld(differences[metric], brokenRows(mode, contract), whyNotTrained(results)),
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
    // Seeds without a pair leave nothing to conclude, whatever the others show.
    looks: status === 'finished' && look.pairs > 0 ? [...earlier, look] : earlier,
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

function pairsTested(results: readonly RunResult[], { primaryMetric }: Experiment['comparison']): number {
  return pairBySeed(results, (run) => run.test[primaryMetric]).tensorflow.length
}

/** Replaces a verdict where the frameworks did different work, or didn't train: a difference then says nothing about them. */
function withheld(
  difference: Difference | null,
  [first, ...others]: readonly ContractRow[],
  notTrained: string | null,
): Difference | null {
  if (difference === null || (first === undefined && notTrained === null)) return difference
  const moreSeeds = { difference: null, equivalence: null }
  if (difference.verdict === null) return { ...difference, moreSeeds }
  if (first === undefined) return { ...difference, moreSeeds, verdict: 'not trained', reason: notTrained }
  const rows = [first, ...others].map(({ ingredient }) => ingredient).join(', ')
  const reason = `The frameworks did different work (${rows}), so that the difference says nothing about them. ${first.ingredient}: ${first.evidence}.`
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
  levels: LevelsOfLooks,
): Promise<Tested> {
  const cancelled = { status: 'cancelled', differences: noDifferences, ratio: null } as const
  const status = comparisonStatus(results)
  if (status === 'cancelled') return cancelled
  try {
    const differences = await testDifferences(results, settings, statistics, levels)
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
