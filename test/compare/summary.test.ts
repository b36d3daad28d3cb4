import { expect, it } from 'vitest'
import { summarize } from '../../src/compare/summary.js'

it('summarizes the values of the seeds, with the standard deviation of a sample', () => {
  expect(summarize([4, 1, 3, 2])).toEqual({ mean: 2.5, std: Math.sqrt(5 / 3), min: 1, median: 2.5, max: 4 })
})

it('takes the middle one of an odd number of values as their median', () => {
  expect(summarize([9, 1, 2])?.median).toBe(2)
})

it('has no spread for a single seed', () => {
  expect(summarize([0.5])).toEqual({ mean: 0.5, std: 0, min: 0.5, median: 0.5, max: 0.5 })
})

it('has nothing to say of no seed', () => {
  expect(summarize([])).toBeNull()
})
