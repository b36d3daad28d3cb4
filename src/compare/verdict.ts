import type { z } from 'zod'
import { frameworkNames } from '../framework-names.js'
import type { MetricName } from '../spec/comparison-schema.js'
import type { verdictSchema } from './comparison.js'
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
  /** Interval for the question of equivalence, at `equivalenceLevel` or above where the pairs allow it. */
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
export const equivalenceLevel = 0.9

/** Significance level: a two-sided p-value below it is called a difference. */
export const significance = 0.05

// The exact test of n pairs can't go below p = 2 / 2^n, and the interval can't go above a level of 1 - 2 / 2^n.
const fewestPairsForWinner = 6
const fewestPairsForEquivalence = 5

/**
 * Names the better framework, or says that they are equivalent, or that the seeds don't tell. They never tell where
 * some have no pair: a framework that fails on the hard seeds would be judged by the easy ones. Equivalence goes before
 * a winner: a difference can be certain and still be of no consequence.
 */
export function decide(
  evidence: Evidence,
  metric: MetricName,
): { readonly verdict: Verdict; readonly reason: string } {
  const { mean, pValue, pairs } = evidence
  if (pairs < evidence.seeds) return { verdict: 'inconclusive', reason: missingPairs(evidence) }
  if (isEquivalent(evidence)) return { verdict: 'equivalent', reason: equivalenceReason(evidence, metric) }
  if (pairs < fewestPairsForWinner) {
    const counted = pairs === 1 ? '1 pair' : `${pairs} pairs`
    return { verdict: 'inconclusive', reason: `${counted}; a winner needs at least six.` }
  }
  const found = `p = ${pValue?.toPrecision(2)} over ${pairs} pairs`
  if (!isSignificant(evidence)) {
    return { verdict: 'inconclusive', reason: `${found}; a winner needs p < ${significance}.` }
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
export function isEquivalent({
  pairs,
  margin,
  equivalence,
}: Pick<Evidence, 'pairs' | 'margin' | 'equivalence'>): boolean {
  if (margin === null || equivalence === null || pairs < fewestPairsForEquivalence) return false
  const [low, high] = equivalence.interval
  // Accuracies are counted in images, so that an interval may end at the very margin: a difference of the margin is none
  // of no consequence. In binary 0.865 - 0.86 is 0.0050000000000000044, and a mean of such may lie as far below.
  const widest = margin * (1 - 1e-9)
  return equivalence.level >= equivalenceLevel && low > -widest && high < widest
}

function isSignificant({ pValue, pairs }: Evidence): boolean {
  return pairs >= fewestPairsForWinner && pValue !== null && pValue < significance
}

function missingPairs({ pairs, seeds }: Evidence): string {
  const missing = seeds - pairs
  const verb = missing === 1 ? 'has' : 'have'
  return `${missing} of ${seeds} seeds ${verb} no pair; those that finished can't speak for those that didn't.`
}

function equivalenceReason(evidence: Evidence, metric: MetricName): string {
  const { margin, equivalence, pValue } = evidence
  const level = Number((100 * (equivalence?.level ?? Number.NaN)).toFixed(1))
  const within = inUnits(margin ?? Number.NaN, metric)
  const reason = `The ${level}% interval of the difference on this test set lies within ±${within}.`
  if (!isSignificant(evidence)) return reason
  return `${reason} The difference is certain all the same (p = ${pValue?.toPrecision(2)}), and of no consequence.`
}

function inUnits(value: number, metric: MetricName): string {
  // Without what is left of a product in binary: 100 × 0.07 is 7.000000000000001.
  return metricTraits[metric].isShare ? `${Number((100 * value).toPrecision(12))} points` : `${value}`
}
