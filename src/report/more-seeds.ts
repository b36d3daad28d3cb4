import type { Comparison, Difference } from '../compare/comparison.js'
import { shellQuote } from '../shell-quote.js'
import { formatSeeds } from '../spec/seeds.js'
import { formatNumberOf } from './format.js'

/** Estimates of the seeds that would settle what is open, in words; empty where no number can be named. */
export function moreSeedsTexts({ moreSeeds }: Pick<Difference, 'moreSeeds'>): string[] {
  return openQuestions(moreSeeds).map(
    ({ what, count }) => `${formatNumberOf(count, 'more seed')} to show ${what}`,
  )
}

/**
 * Names the command that adds the seeds which the verdict's question lacks; `null` where it is settled, or no number of seeds
 * can be named.
 *
 * @param named - Name or folder of the comparison.
 */
export function extendCommand({ runs, metrics, primaryMetric }: Comparison, named: string): string | null {
  const { difference } = metrics[primaryMetric]
  const counts = difference === null ? [] : openQuestions(difference.moreSeeds).map(({ count }) => count)
  if (difference === null || counts.length === 0 || difference.verdict !== 'inconclusive') return null
  const next = Math.max(...runs.map(({ seed }) => seed)) + 1
  const seeds = Array.from({ length: Math.min(...counts) }, (_, index) => next + index)
  return `twintune extend ${shellQuote(named)} --seeds ${formatSeeds(seeds)}`
}

function openQuestions({ difference, equivalence }: Difference['moreSeeds']) {
  return [
    { what: 'a difference', count: difference },
    { what: 'equivalence', count: equivalence },
  ].flatMap(({ what, count }) => (count === null || count === 0 ? [] : [{ what, count }]))
}
