import type { z } from 'zod'
import type { Difference, verdictSchema } from './comparison.js'

export type Verdict = z.output<typeof verdictSchema>
/** A metric that a verdict is drawn on. */
export type DecidedMetric = 'accuracy' | 'loss'

/** What a verdict rests on: TensorFlow minus PyTorch, paired by seed. */
export interface Evidence {
  readonly mean: number
  /** Of the two-sided sign-flip test, exact up to 14 pairs and over sampled flips beyond; `null` for one pair only. */
  readonly pValue: number | null
  readonly pairs: number
  /** How many pairs there would be had every run finished. */
  readonly seeds: number
  /** The interval for the question of equivalence, at `equivalenceLevel` or above where the pairs allow it. */
  readonly equivalence: { readonly interval: readonly [number, number]; readonly level: number } | null
}

/** Nominal level of the interval that a comparison reports. */
export const intervalLevel = 0.95

/** Two one-sided tests at 5% are one interval at 90%. */
export const equivalenceLevel = 0.9

/** Differences up to here are of no consequence; a loss has no such scale. */
export const equivalenceMargins: Readonly<Record<DecidedMetric, number | null>> = {
  accuracy: 0.005,
  loss: null,
}

// The exact test of n pairs can't go below p = 2 / 2^n, and the interval can't go above a level of 1 - 2 / 2^n.
const fewestPairsForWinner = 6
const fewestPairsForEquivalence = 5
const significance = 0.05

/**
 * Names the better framework, or says that they are equivalent, or that the seeds don't tell. They never tell where
 * some have no pair: a framework that fails on the hard seeds would be judged by the easy ones. Equivalence goes before
 * a winner: a difference can be certain and still be of no consequence.
 */
export function decide(evidence: Evidence, metric: DecidedMetric): Pick<Difference, 'verdict' | 'reason'> {
  if (evidence.pairs < evidence.seeds) return { verdict: 'inconclusive', reason: missingPairs(evidence) }
  const equivalence = equivalenceReason(evidence, metric)
  if (equivalence !== null) return { verdict: 'equivalent', reason: equivalence }
  const { mean, pValue, pairs } = evidence
  if (pairs < fewestPairsForWinner) {
    const counted = pairs === 1 ? '1 pair' : `${pairs} pairs`
    return { verdict: 'inconclusive', reason: `${counted}; a winner needs at least six.` }
  }
  const found = `p = ${pValue?.toPrecision(2)} over ${pairs} pairs`
  if (pValue === null || pValue >= significance) {
    return { verdict: 'inconclusive', reason: `${found}; a winner needs p < ${significance}.` }
  }
  const winner = mean > 0 === (metric === 'accuracy') ? 'tensorflow' : 'pytorch'
  const better = metric === 'accuracy' ? 'higher' : 'lower'
  return {
    verdict: winner,
    reason: `${found}; ${names[winner]} has the ${better} ${metric}.`,
  }
}

const names = { tensorflow: 'TensorFlow', pytorch: 'PyTorch' } as const

function missingPairs({ pairs, seeds }: Evidence): string {
  const missing = seeds - pairs
  const verb = missing === 1 ? 'has' : 'have'
  return `${missing} of ${seeds} seeds ${verb} no pair; those that finished can't speak for those that didn't.`
}

// Why the two are equivalent, or `null` when that can't be said.
function equivalenceReason({ pairs, equivalence }: Evidence, metric: DecidedMetric): string | null {
  const margin = equivalenceMargins[metric]
  if (margin === null || equivalence === null || pairs < fewestPairsForEquivalence) return null
  const [low, high] = equivalence.interval
  if (equivalence.level < equivalenceLevel || low < -margin || high > margin) return null
  const level = Number((100 * equivalence.level).toFixed(1))
  return `The ${level}% interval of the difference lies within ±${100 * margin} points.`
}
