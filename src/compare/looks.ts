import * as z from 'zod'

export const lookSchema = z.strictObject({
  seeds: z.array(z.int()).describe('Seeds whose pairs were seen.'),
  pairs: z.int().describe('Number of pairs that the primary metric was tested with.'),
  significance: z
    .number()
    .describe('Level that the p-value of the primary metric had to be below for a difference, 0 to 1.'),
  equivalence: z
    .number()
    .describe('Level of each of the two one-sided tests that decided about equivalence, 0 to 1.'),
})

/** Look at the result of a comparison: a verdict that was drawn from the pairs that there were. */
export type Look = z.output<typeof lookSchema>

/** Levels that the verdict of one look is drawn at. */
export type Levels = Pick<Look, 'significance' | 'equivalence'>

/** Probability that any of a comparison's looks finds a difference by chance; and so for equivalence. */
const allLooks = 0.05

/** Levels of the first look. */
export const firstLevels: Levels = { significance: allLooks, equivalence: allLooks }

/** Most pairs that the test and the interval are exact for. With more, 2^14 flips of signs are drawn. */
const mostExactPairs = 14

/**
 * Gives the levels of the look that comes after others. The exact test of a few pairs can't use up its level: six pairs have
 * p-values in steps of 1/32, of which one alone lies below 0.05. A look that follows gets half of what all looks before
 * it have left, so that all of them together never exceed the whole. Nothing is lost by looks whose pairs are too few to find
 * anything.
 */
export function levelsAfter(looks: readonly Look[]): Levels {
  return {
    significance: levelAfter(looks.map(spentOnDifference)),
    equivalence: levelAfter(looks.map(spentOnEquivalence)),
  }
}

/** Whether two looks are at the pairs of the same seeds: to look at them again finds nothing new. */
export function isSameLook(one: Pick<Look, 'seeds'>, other: Pick<Look, 'seeds'>): boolean {
  const seeds = new Set(other.seeds)
  return one.seeds.length === seeds.size && one.seeds.every((seed) => seeds.has(seed))
}

/** Counts the pairs that the test needs to come below a level; `null` where no number of pairs can. */
export function fewestPairsBelow(significance: number): number | null {
  // The smallest p-value of n pairs is 2 / 2^n.
  const fewest = Math.floor(Math.log2(2 / significance)) + 1
  return fewest > mostExactPairs ? null : fewest
}

function levelAfter(spent: readonly number[]): number {
  const left = allLooks - spent.reduce((total, each) => total + each, 0)
  return left === allLooks ? allLooks : left / 2
}

/** Probability that a look's test comes below its level where there is no difference. */
function spentOnDifference({ pairs, significance }: Look): number {
  if (pairs > mostExactPairs) return significance
  const step = 2 / 2 ** pairs
  return Math.max(0, Math.ceil(significance / step) - 1) * step
}

/** Probability that a look's interval misses a true difference of the margin, on one side. */
function spentOnEquivalence({ pairs, equivalence }: Look): number {
  if (pairs > mostExactPairs) return equivalence
  return Math.floor(equivalence * 2 ** pairs + 1e-9) / 2 ** pairs
}
