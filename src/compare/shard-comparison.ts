import { formatSeeds } from '../spec/seeds.js'
import { formatShard, type Shard } from '../spec/shard.js'
import type { ComparedRuns } from './build-comparison.js'

/**
 * Withholds the verdict of a shard: it is drawn once, from all shards. So the shards count as no looks at the result, which
 * would cost the verdict of the whole a part of its level.
 *
 * @param seeds - Seeds of the shard.
 */
export function withoutVerdict(compared: ComparedRuns, shard: Shard, seeds: readonly number[]): ComparedRuns {
  const { primaryMetric, metrics } = compared
  const metric = metrics[primaryMetric]
  if (metric.difference === null) return { ...compared, looks: [] }
  const reason = `Shard ${formatShard(shard)} has ${seeds.length === 1 ? 'seed' : 'seeds'} ${formatSeeds(seeds)} alone; twintune merge draws the verdict from all shards.`
  const moreSeeds = { difference: null, equivalence: null }
  const difference = { ...metric.difference, moreSeeds, verdict: 'inconclusive' as const, reason }
  return { ...compared, looks: [], metrics: { ...metrics, [primaryMetric]: { ...metric, difference } } }
}
