import { describe, expect, it } from 'vitest'
import { mean } from '../../src/compare/summary.js'
import { decide, type EquivalenceInterval, type Verdict } from '../../src/compare/verdict.js'

// How often a verdict is wrong, by simulation of six pairs of seeds whose true difference is known. The test and its
// interval are worked out here by counting; test/python/evaluation/test_statistics_simulation.py holds those that a comparison asks
// for. The draws are seeded: the outcome is the same in every run.
const simulations = 2000
const pairs = 6
const margin = 0.005

const symmetric = ['normal', 'heavy-tailed'] as const
// Six pairs allow p = 2/64 and intervals that miss on either side in 3/64 of all cases, at 5% and 90%.
const falseWinners = 2 / 64
const falseEquivalents = 3 / 64

describe('of two frameworks that are the same', () => {
  it.each(symmetric)('no more are called different than p < 0.05 lets, where differences are %s', (kind) => {
    expectRate(rateOf(isWinner, { kind, truth: 0, spread: 1, margin: null }), falseWinners)
  })

  it('more are, where the differences are skewed', () => {
    // 200,000 simulations of the test came to 0.067.
    expectRate(rateOf(isWinner, { kind: 'skewed', truth: 0, spread: 1, margin: null }), 0.067)
  })
})

describe('of two frameworks that differ by the margin', () => {
  const isEquivalent = (verdict: Verdict) => verdict === 'equivalent'

  it.each(symmetric)('no more than 5% are called equivalent, where differences are %s', (kind) => {
    const small = { kind, spread: margin / 10, margin }
    expectRate(rateOf(isEquivalent, { ...small, truth: margin }), falseEquivalents)
    expectRate(rateOf(isEquivalent, { ...small, truth: -margin }), falseEquivalents)
  })

  it.each([margin / 10, margin / 2, margin])(
    'no more than 5% are, where accuracy is counted in images and a step of it is the margin: spread %s',
    (spread) => {
      for (const truth of [margin, -margin]) {
        const rate = rateOf(isEquivalent, { kind: 'normal', truth, spread, margin, step: margin })
        expect(rate).toBeLessThan(0.05)
      }
    },
  )

  it('hardly any are, where the spread is much larger than the margin', () => {
    const rate = rateOf(isEquivalent, { kind: 'normal', truth: margin, spread: 4 * margin, margin })
    expect(rate).toBeLessThan(falseEquivalents / 2)
  })

  it('more are, where the differences are skewed towards the margin', () => {
    // 200,000 simulations of the interval came to 0.139 on the side of the long tail, and to 0.011 on the other one.
    const skewed = { kind: 'skewed', spread: margin / 100, margin } as const
    expectRate(rateOf(isEquivalent, { ...skewed, truth: margin }), 0.139)
    expectRate(rateOf(isEquivalent, { ...skewed, truth: -margin }), 0.011)
  })
})

describe('of two frameworks that differ by much more than the seeds do', () => {
  it('all have the right winner', () => {
    const truth = -10
    const rate = rateOf((verdict) => verdict === 'pytorch', { kind: 'normal', truth, spread: 1, margin })
    expect(rate).toBe(1)
  })
})

interface Setting {
  readonly kind: (typeof symmetric)[number] | 'skewed'
  readonly truth: number
  /** What the draws, which have a scale of about 1, are multiplied by. */
  readonly spread: number
  readonly margin: number | null
  /** What a difference is counted in; none by default. */
  readonly step?: number
}

function isWinner(verdict: Verdict): boolean {
  return verdict === 'tensorflow' || verdict === 'pytorch'
}

/** The share of simulations whose verdict is of a kind. */
function rateOf(isCounted: (verdict: Verdict) => boolean, setting: Setting): number {
  const random = seededRandom(7)
  let counted = 0
  for (let simulation = 0; simulation < simulations; simulation += 1) {
    const differences = Array.from({ length: pairs }, () => {
      const difference = setting.truth + setting.spread * draw(setting.kind, random)
      return setting.step ? setting.step * Math.round(difference / setting.step) : difference
    })
    if (isCounted(verdictOf(differences, setting.margin))) counted += 1
  }
  return counted / simulations
}

// A rate that is what it is said to be leaves these bounds, 3.3 standard deviations of a binomial, once in a thousand times.
function expectRate(observed: number, rate: number): void {
  const tolerance = 3.3 * Math.sqrt((rate * (1 - rate)) / simulations)
  expect(observed).toBeGreaterThan(rate - tolerance)
  expect(observed).toBeLessThan(rate + tolerance)
}

function verdictOf(differences: readonly number[], allowed: number | null): Verdict {
  const observed = mean(differences)
  const pValue = signFlipPValue(differences)
  const equivalence = typicalValues(differences)
  return decide({ mean: observed, pValue, pairs, seeds: pairs, margin: allowed, equivalence }, 'accuracy')
    .verdict
}

/** The share of all flips of signs whose mean is at least as far from zero. */
function signFlipPValue(differences: readonly number[]): number {
  const flips = subsets(differences).map(({ chosen, rest }) => Math.abs(sum(chosen) - sum(rest)))
  const observed = Math.abs(sum(differences))
  return flips.filter((flip) => flip >= observed * (1 - 1e-12)).length / flips.length
}

/** The third smallest and largest of the means of the 63 subsets that aren't empty: 90.6%. */
function typicalValues(differences: readonly number[]): EquivalenceInterval {
  const means = subsets(differences)
    .flatMap(({ chosen }) => (chosen.length > 0 ? [mean(chosen)] : []))
    .toSorted((a, b) => a - b)
  return { interval: [means.at(2) ?? Number.NaN, means.at(-3) ?? Number.NaN], level: 1 - 6 / 64 }
}

function subsets(values: readonly number[]): { readonly chosen: number[]; readonly rest: number[] }[] {
  return Array.from({ length: 2 ** values.length }, (_, mask) => ({
    chosen: values.filter((_, index) => (mask >> index) & 1),
    rest: values.filter((_, index) => !((mask >> index) & 1)),
  }))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

// Student's t with three degrees of freedom, and an exponential about its mean.
function draw(kind: Setting['kind'], random: () => number): number {
  if (kind === 'skewed') return -Math.log(random()) - 1
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  if (kind === 'normal') return normal()
  return normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3)
}

/** Numbers above 0 and below 1, by the generator mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
}
