import type { RunSeeds } from '../protocol/request-parts.js'
import type { Purpose } from '../spec/comparison-schema.js'
import type { Experiment } from '../spec/schema.js'

/**
 * Gives a run its seed for each purpose. A purpose that doesn't vary has the experiment's first seed in every run, and a
 * split that doesn't vary has no seed, so that it is the same in all experiments on the data.
 */
export function runSeeds(
  { seeds, comparison }: Pick<Experiment, 'seeds' | 'comparison'>,
  seed: number,
): RunSeeds {
  const [first = seed] = seeds
  const varies = (purpose: Purpose) => comparison.vary.includes(purpose)
  return {
    init: varies('init') ? seed : first,
    order: varies('order') ? seed : first,
    augmentation: varies('augmentation') ? seed : first,
    split: varies('split') ? seed : null,
  }
}
