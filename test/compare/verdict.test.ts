// Holds the option comparison.margins

import { describe, expect, it } from 'vitest'
import { decide, type Evidence } from '../../src/compare/verdict.js'

describe('a winner', () => {
  it('has the higher accuracy', () => {
    expect(decide(evidence({ mean: 0.02 }), 'accuracy').verdict).toBe('tensorflow')
    expect(decide(evidence({ mean: -0.02 }), 'accuracy').verdict).toBe('pytorch')
  })

  it.each(['loss', 'calibrationError'] as const)('has the lower %s', (metric) => {
    expect(decide(evidence({ mean: 0.02 }), metric).verdict).toBe('pytorch')
    expect(decide(evidence({ mean: -0.02 }), metric).verdict).toBe('tensorflow')
  })

  it('is named with the reason and the size of the difference', () => {
    expect(decide(evidence({ mean: 0.02 }), 'accuracy').reason).toBe(
      'p = 0.031 over 6 pairs; TensorFlow has the higher accuracy on this test set, by 2 points in the mean.',
    )
    expect(decide(evidence({ mean: -1.23e-8 }), 'loss').reason).toContain(
      'the lower loss on this test set, by 1.2e-8',
    )
  })

  it.each([1, 2, 3, 4, 5])('is never named from %i pairs, however small p is', (pairs) => {
    const { verdict, reason } = decide(evidence({ pairs, pValue: 1e-6, mean: 0.3 }), 'accuracy')
    expect(verdict).toBe('inconclusive')
    expect(reason).toBe(`${pairs} pair${pairs === 1 ? '' : 's'}; a winner needs at least six.`)
  })

  it.each([
    [1, '1 of 7 seeds has no pair'],
    [4, '4 of 10 seeds have no pair'],
  ])('is never named when %i seeds have no pair, and neither is equivalence', (missing, reason) => {
    const seeds = 6 + missing
    const narrow = { interval: [-0.001, 0.001], level: 0.9375 } as const
    for (const equivalence of [narrow, null]) {
      const decision = decide(evidence({ seeds, equivalence }), 'accuracy')
      expect(decision.verdict).toBe('inconclusive')
      expect(decision.reason).toContain(reason)
    }
  })

  it('needs p below 0.05', () => {
    expect(decide(evidence({ pValue: 0.05 }), 'accuracy')).toEqual({
      verdict: 'inconclusive',
      reason: 'p = 0.050 over 6 pairs; a winner needs p < 0.05.',
    })
  })
})

describe('a later look', () => {
  const levels = { significance: 0.009375, equivalence: 0.0015625 }

  it('needs a smaller p-value, and says which', () => {
    const found = decide(evidence({ pairs: 12, pValue: 0.02 }), 'accuracy', levels)
    expect(found).toEqual({
      verdict: 'inconclusive',
      reason: 'p = 0.020 over 12 pairs; a winner needs p < 0.0094.',
    })
    expect(decide(evidence({ pairs: 12, pValue: 0.005 }), 'accuracy', levels).verdict).toBe('tensorflow')
  })

  it('needs a wider interval within the margin', () => {
    const of = (level: number) =>
      decide(evidence({ pairs: 12, equivalence: { interval: [-0.001, 0.001], level } }), 'accuracy', levels)
    expect(of(0.95).verdict).not.toBe('equivalent')
    expect(of(0.998).verdict).toBe('equivalent')
  })

  it('can have no winner where the looks before have left nothing that any pairs come below', () => {
    const spent = { significance: 0.0001, equivalence: 0.0001 }
    expect(decide(evidence({ pairs: 40, pValue: 0.0002 }), 'accuracy', spent).reason).toContain(
      'used up the 5%',
    )
  })
})

describe('equivalence', () => {
  const narrow = { interval: [-0.004, 0.0045], level: 0.9375 } as const

  it('holds when the whole interval lies within half a point of accuracy', () => {
    expect(decide(evidence({ pValue: 0.5, equivalence: narrow }), 'accuracy')).toEqual({
      verdict: 'equivalent',
      reason: 'The 93.8% interval of the difference on this test set lies within ±0.5 points.',
    })
  })

  it.each([
    [0.861 - 0.866, 0],
    [0, 0.866 - 0.861],
    [0, 0.868 - 0.863],
  ] as const)(
    'does not hold where an end is the margin, whatever binary makes of it: %s to %s',
    (low, high) => {
      const equivalence = { interval: [low, high], level: 0.9375 } as const
      expect(decide(evidence({ pValue: 0.5, equivalence }), 'accuracy').verdict).toBe('inconclusive')
    },
  )

  it('goes before a winner, whose p-value is told all the same', () => {
    const certain = {
      mean: 0.003,
      pValue: 0.001,
      pairs: 12,
      seeds: 12,
      margin: 0.005,
      equivalence: { interval: [0.002, 0.004], level: 0.9 },
    } as const
    expect(decide(certain, 'accuracy')).toEqual({
      verdict: 'equivalent',
      reason:
        'The 90% interval of the difference on this test set lies within ±0.5 points. The difference is certain all the same (p = 0.0010), and of no consequence.',
    })
  })

  it('needs five pairs', () => {
    expect(decide(evidence({ pairs: 5, equivalence: narrow }), 'accuracy').verdict).toBe('equivalent')
    expect(decide(evidence({ pairs: 4, equivalence: narrow }), 'accuracy').verdict).toBe('inconclusive')
  })

  it('needs an interval at 90%', () => {
    const weak = { ...narrow, level: 0.875 }
    expect(decide(evidence({ pValue: 0.5, equivalence: weak }), 'accuracy').verdict).toBe('inconclusive')
  })

  it('does not hold when one end lies outside', () => {
    const wide = { ...narrow, interval: [-0.0051, 0] } as const
    expect(decide(evidence({ pValue: 0.5, equivalence: wide }), 'accuracy').verdict).toBe('inconclusive')
  })

  it('is not claimed without a margin', () => {
    const unbounded = evidence({ pValue: 0.5, equivalence: narrow, margin: null })
    expect(decide(unbounded, 'loss').verdict).toBe('inconclusive')
  })

  it('tells the margin of a loss in its own unit', () => {
    const { reason } = decide(evidence({ equivalence: narrow, margin: 0.07 }), 'loss')
    expect(reason).toContain('lies within ±0.07.')
  })
})

/** Six pairs that are as certain as six pairs can be; whatever is given replaces what stands here. */
function evidence({ pairs = 6, ...changes }: Partial<Evidence>): Evidence {
  return {
    mean: 0.02,
    pValue: 2 / 64,
    pairs,
    seeds: pairs,
    margin: 0.005,
    equivalence: { interval: [0.01, 0.03], level: 0.90625 },
    ...changes,
  }
}
