import { describe, expect, it } from 'vitest'
import { firstLevels, type Look, levelsAfter } from '../../src/compare/looks.js'

/** Looks at so many pairs, one after the other, each at the levels that those before it have left. */
function looksAt(...pairs: readonly number[]): Look[] {
  const looks: Look[] = []
  for (const count of pairs) looks.push({ seeds: [count], pairs: count, ...levelsAfter(looks) })
  return looks
}

describe('the levels of a look', () => {
  it('are 5% at the first', () => {
    expect(levelsAfter([])).toEqual(firstLevels)
  })

  it('are 5% too after looks at too few pairs to find anything', () => {
    expect(levelsAfter(looksAt(2)).significance).toBe(0.05)
    expect(levelsAfter(looksAt(2, 4)).equivalence).toBe(0.05)
    // Five pairs can show equivalence, and no difference.
    expect(levelsAfter(looksAt(5))).toEqual({ significance: 0.05, equivalence: (0.05 - 1 / 32) / 2 })
  })

  it('are half of what the exact tests before have left', () => {
    // Of six pairs one p-value alone, 1/32, lies below 5%; three of 64 means lie beyond the interval on each side.
    expect(levelsAfter(looksAt(6)).significance).toBeCloseTo((0.05 - 1 / 32) / 2, 12)
    expect(levelsAfter(looksAt(6)).equivalence).toBeCloseTo((0.05 - 3 / 64) / 2, 12)
  })

  it.each([[[6, 12, 24, 48]], [[6, 7, 8, 9, 10, 11, 12]], [[10, 20, 30]], [[20, 40]], [[5, 6, 14, 15, 16]]])(
    'never add up to more than 5%: %j',
    (pairs) => {
      const looks = looksAt(...pairs)
      for (const level of ['significance', 'equivalence'] as const) {
        // What is left after the last look is what all of them have not used up.
        expect(levelsAfter(looks)[level]).toBeGreaterThanOrEqual(0)
      }
    },
  )
})
