import type { z } from 'zod'
import { frameworkNames } from '../framework-names.js'
import type { MetricName } from '../spec/comparison-schema.js'
import type { verdictSchema } from './comparison.js'
import { fewestPairsBelow, firstLevels, type Levels } from './looks.js'
import { metricTraits } from './metrics.js'

export type Verdict = z.output<typeof verdictSchema>

/** Evidence that a verdict rests on: TensorFlow minus PyTorch, paired by seed. */
export interface Evidence {
  readonly mean: number
  /** P-value of the two-sided sign-flip test, exact up to 14 pairs and over sampled flips beyond; `null` for one pair. */
  readonly pValue: number | null
  readonly pairs: number
  /** Number of pairs that there would be had every run finished. */
  readonly seeds: number
  /** Largest difference that is of no consequence; `null` where the metric has no margin. */
  readonly margin: number | null
  /** Interval for the question of equivalence, at the level of the look or above where the pairs allow it. */
  readonly equivalence: EquivalenceInterval | null
}

/** Interval that decides about equivalence, and its confidence level. */
export interface EquivalenceInterval {
  readonly interval: readonly [number, number]
  /** Confidence level that the interval attains, 0 to 1. */
  readonly level: number
}

/** Nominal confidence level of the interval that a comparison reports, 0 to 1. */
export const intervalLevel = 0.95

/** Nominal level of the interval for equivalence: two one-sided tests at 5% are one interval at 90% (Schuirmann 1987). */
export function equivalenceLevel({ equivalence }: Levels): number {
  return 1 - 2 * equivalence
}

/**
 * Names the better framework, or says that they are equivalent, or that the seeds don't tell. They never tell where
 * some have no pair: a framework that fails on the hard seeds would be judged by the easy ones. Equivalence goes before
 * a winner: a difference can be certain and still be of no consequence.
 *
 * @param levels - Levels of this look at the result, where seeds were added after an earlier one.
 */
export function decide(
  evidence: Evidence,
  metric: MetricName,
  levels: Levels = firstLevels,
): { readonly verdict: Verdict; readonly reason: string } {
  const { mean, pValue, pairs } = evidence
  if (pairs < evidence.seeds) return { verdict: 'inconclusive', reason: missingPairs(evidence) }
  if (isEquivalent(evidence, levels)) {
    return { verdict: 'equivalent', reason: equivalenceReason(evidence, metric, levels) }
  }
  const fewest = fewestPairsBelow(levels.significance)
  const counted = pairs === 1 ? '1 pair' : `${pairs} pairs`
  if (fewest === null) {
    const reason = `${counted}; earlier looks have used up the 5% that a winner may come by chance in.`
    return { verdict: 'inconclusive', reason }
  }
  if (pairs < fewest) {
    const reason = `${counted}; a winner needs at least ${fewest === 6 ? 'six' : fewest}.`
    return { verdict: 'inconclusive', reason }
  }
  const found = `p = ${pValue?.toPrecision(2)} over ${pairs} pairs`
  if (!isSignificant(evidence, levels)) {
    return { verdict: 'inconclusive', reason: `${found}; a winner needs p < ${levelText(levels)}.` }
  }
  const { name, better } = metricTraits[metric]
  const winner = mean > 0 === (better === 'higher') ? 'tensorflow' : 'pytorch'
  const distance = inUnits(Number(Math.abs(mean).toPrecision(2)), metric)
  return {
    verdict: winner,
    reason: `${found}; ${frameworkNames[winner]} has the ${better} ${name} on this test set, by ${distance} in the mean.`,
  }
}

/** Whether the whole interval lies within the margin and ends before it, with enough pairs to say so. */
export function isEquivalent(
  { pairs, margin, equivalence }: Pick<Evidence, 'pairs' | 'margin' | 'equivalence'>,
  levels: Levels,
): boolean {
  // The interval of n pairs can't go above a level of 1 - 2 / 2^n.
  if (margin === null || equivalence === null || 1 / 2 ** pairs > levels.equivalence) return false
  const [low, high] = equivalence.interval
  // Accuracies are counted in images, so that an interval may end at the very margin: a difference of the margin is none
  // of no consequence. In binary 0.865 - 0.86 is 0.0050000000000000044, and a mean of such may lie as far below.
  const widest = margin * (1 - 1e-9)
  return equivalence.level >= equivalenceLevel(levels) - 1e-12 && low > -widest && high < widest
}

function isSignificant({ pValue }: Evidence, { significance }: Levels): boolean {
  return pValue !== null && pValue < significance
}

function levelText({ significance }: Levels): string {
  return significance === firstLevels.significance ? `${significance}` : significance.toPrecision(2)
}

function missingPairs({ pairs, seeds }: Evidence): string {
  const missing = seeds - pairs
  const verb = missing === 1 ? 'has' : 'have'
  return `${missing} of ${seeds} seeds ${verb} no pair; those that finished can't speak for those that didn't.`
}

function equivalenceReason(evidence: Evidence, metric: MetricName, levels: Levels): string {
  const { margin, equivalence, pValue } = evidence
  const level = Number((100 * (equivalence?.level ?? Number.NaN)).toFixed(1))
  const within = inUnits(margin ?? Number.NaN, metric)
  const reason = `The ${level}% interval of the difference on this test set lies within ±${within}.`
  if (!isSignificant(evidence, levels)) return reason
  return `${reason} The difference is certain all the same (p = ${pValue?.toPrecision(2)}), and of no consequence.`
}

function inUnits(value: number, metric: MetricName): string {
  // Without what is left of a product in binary: 100 × 0.07 is 7.000000000000001.
  return metricTraits[metric].isShare ? `${Number((100 * value).toPrecision(12))} points` : `${value}`
}
