import { expect, test } from 'vitest'
import { adjustByHolm } from '../../src/compare/holm.js'

test('p-values are adjusted as R does it', () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm')
  expect(adjustByHolm([0.01, 0.04, 0.03, 0.005])).toEqual(
    [0.03, 0.06, 0.06, 0.02].map((p) => expect.closeTo(p, 12)),
  )
})

test('no adjusted p-value is above 1, and a single one stays as it is', () => {
  expect(adjustByHolm([0.6, 0.9])).toEqual([1, 1])
  expect(adjustByHolm([0.2])).toEqual([0.2])
  expect(adjustByHolm([])).toEqual([])
})

test.each([
  [1, 6],
  [2, 7],
  [4, 8],
])('of %i metrics none can differ before %i pairs', (metrics, pairs) => {
  const smallest = (n: number) => adjustByHolm(Array.from({ length: metrics }, () => 2 / 2 ** n))[0]
  expect(smallest(pairs - 1)).toBeGreaterThanOrEqual(0.05)
  expect(smallest(pairs)).toBeLessThan(0.05)
})
