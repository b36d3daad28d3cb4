import type { RunResult } from '../protocol/result.js'
import type { ComparisonSettings, MetricName } from '../spec/comparison-schema.js'
import type { Difference, PairedEstimate } from './comparison.js'
import { adjustByHolm } from './holm.js'
import type { Levels } from './looks.js'
import { metricNames } from './metrics.js'
import { estimatePaired, type Statistics, unlessCancellation } from './paired-estimate.js'
import { type PairedValues, pairBySeed } from './paired-values.js'
import { seedsAlike } from './pairs.js'
import { decide, equivalenceLevel, intervalLevel, isEquivalent } from './verdict.js'

/** Paired difference of each metric; `null` where no seed has both frameworks. */
export type Differences = Readonly<Record<MetricName, Difference | null>>

export const noDifferences: Differences = {
  accuracy: null,
  topFiveAccuracy: null,
  macroF1: null,
  loss: null,
  calibrationError: null,
}

/** Findings about one metric by itself. */
interface Finding {
  readonly metric: MetricName
  readonly paired: PairedValues
  readonly estimate: PairedEstimate
  readonly margin: number | null
  readonly equivalence: NonNullable<Difference['equivalence']> | null
  /** Reason why there is no test; `null` where there is one. */
  readonly problem: string | null
}

/** Levels of this look at the result, and of the one that would come after it with more seeds. */
export interface LevelsOfLooks {
  readonly now: Levels
  readonly next: Levels
}

/**
 * Tests every metric, draws the verdict of the primary one and adjusts the p-values of the others for their number.
 *
 * @throws TwintuneError When cancelled. Any other failure is told in the differences.
 */
export async function testDifferences(
  results: readonly RunResult[],
  settings: Pick<ComparisonSettings, 'primaryMetric' | 'margins'>,
  statistics: Statistics,
  { now, next }: LevelsOfLooks,
): Promise<Differences> {
  const findings: Finding[] = []
  for (const metric of metricNames) {
    const paired = pairBySeed(results, (run) => run.test[metric])
    if (paired.tensorflow.length > 0) {
      findings.push(await find(metric, paired, settings.margins[metric] ?? null, statistics, now))
    }
  }
  const others = findings.filter(({ metric }) => metric !== settings.primaryMetric)
  const adjusted = adjustOthers(others)
  const seeds = new Set(results.map((result) => result.seed)).size
  const alike = seedsAlike(results)
  const differences: [MetricName, Difference][] = []
  for (const finding of findings) {
    const isPrimary = finding.metric === settings.primaryMetric
    const adjustedPValue = adjusted.get(finding.metric) ?? null
    const pValue = isPrimary ? finding.estimate.pValue : adjustedPValue
    // Seeds are added to this comparison, so that the next look has to find what they show.
    const significance = isPrimary ? next.significance : next.significance / others.length
    differences.push([
      finding.metric,
      {
        ...finding.estimate,
        adjustedPValue,
        // Further seeds mend neither seeds without a pair nor pairs that are one and the same.
        moreSeeds:
          finding.estimate.pairs < seeds || alike.length > 0
            ? noNumber
            : await countMoreSeeds(finding, pValue, { now, next: { ...next, significance } }, statistics),
        margin: finding.margin,
        equivalence: finding.equivalence,
        ...(isPrimary ? conclude(finding, seeds, alike, now) : { verdict: null, reason: null }),
      },
    ])
  }
  return { ...noDifferences, ...Object.fromEntries(differences) }
}

async function find(
  metric: MetricName,
  paired: PairedValues,
  margin: number | null,
  statistics: Statistics,
  levels: Levels,
): Promise<Finding> {
  const { estimate, problem } = await estimatePaired(paired, intervalLevel, statistics)
  const narrower =
    margin === null || problem !== null
      ? null
      : (await estimatePaired(paired, equivalenceLevel(levels), statistics)).estimate
  const equivalence =
    narrower?.interval && narrower.level !== null
      ? { interval: narrower.interval, level: narrower.level }
      : null
  return { metric, paired, estimate, margin, equivalence, problem: problem?.message ?? null }
}

function adjustOthers(others: readonly Finding[]): ReadonlyMap<MetricName, number> {
  const tested = others.flatMap(({ metric, estimate: { pValue } }) =>
    pValue === null ? [] : [{ metric, pValue }],
  )
  const adjusted = adjustByHolm(tested.map(({ pValue }) => pValue))
  return new Map(tested.map(({ metric }, index) => [metric, adjusted[index] ?? Number.NaN]))
}

function conclude(
  { metric, estimate, margin, equivalence, problem }: Finding,
  seeds: number,
  alike: readonly number[],
  levels: Levels,
): Pick<Difference, 'verdict' | 'reason'> {
  if (alike.length > 0) {
    const reason = `Nothing varied between the seeds ${alike.join(' and ')}, whose runs so are no two pairs.`
    return { verdict: 'inconclusive', reason }
  }
  if (problem !== null) {
    return { verdict: 'inconclusive', reason: `The test could not be computed: ${problem}` }
  }
  return decide({ ...estimate, seeds, margin, equivalence }, metric, levels)
}

const noNumber: Difference['moreSeeds'] = { difference: null, equivalence: null }

// A question that the pairs have settled already needs no more seeds.
async function countMoreSeeds(
  finding: Finding,
  pValue: number | null,
  { now, next }: LevelsOfLooks,
  { pairsNeeded }: Statistics,
): Promise<Difference['moreSeeds']> {
  const { paired, margin, estimate } = finding
  const { pairs } = estimate
  try {
    const needed = await pairsNeeded({ ...paired, ...next, margin })
    const more = (count: number | null) => (count === null ? null : Math.max(1, count - pairs))
    return {
      difference: pValue !== null && pValue < now.significance ? 0 : more(needed.difference),
      equivalence: isEquivalent({ ...finding, pairs }, now) ? 0 : more(needed.equivalence),
    }
  } catch (error) {
    unlessCancellation(error)
    return noNumber
  }
}
