import type { Comparison } from './comparison.js'
import { firstLevels, type Look } from './looks.js'

/**
 * Lists the looks at a comparison's result so far. Results of earlier versions say nothing of theirs, which was the first. A
 * shard has no verdict, and so no look.
 */
export function looksAt({ looks, status, runs, metrics, primaryMetric, shard }: Comparison): readonly Look[] {
  const { difference } = metrics[primaryMetric]
  if (shard !== null || looks.length > 0 || status !== 'finished' || difference === null) return looks
  return [{ seeds: [...new Set(runs.map(({ seed }) => seed))], pairs: difference.pairs, ...firstLevels }]
}
