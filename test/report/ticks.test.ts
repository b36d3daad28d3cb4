import { describe, expect, it } from 'vitest'
import { linearTicks, powersOfTen } from '../../src/report/ticks.js'

describe('linear ticks', () => {
  it.each<[string, number, number, number[]]>([
    ['a range of losses', 0.31, 2.42, [0, 0.5, 1, 1.5, 2, 2.5]],
    ['a narrow one', 0.4021, 0.4029, [0.402, 0.4022, 0.4024, 0.4026, 0.4028, 0.403]],
    ['a wide one', 3, 950, [0, 200, 400, 600, 800, 1000]],
  ])('are round numbers around %s', (_, low, high, ticks) => {
    expect(linearTicks(low, high)).toEqual(ticks)
  })

  it('lie around a value that never changes', () => {
    const ticks = linearTicks(0.7, 0.7)
    expect(Math.min(...ticks)).toBeLessThanOrEqual(0.7)
    expect(Math.max(...ticks)).toBeGreaterThanOrEqual(0.7)
    expect(new Set(ticks).size).toBe(ticks.length)
    expect(ticks.length).toBeGreaterThan(1)
  })
})

describe('powers of ten', () => {
  it('are those in the range, its ends included', () => {
    expect(powersOfTen(1e-7, 10)).toEqual([-7, -6, -5, -4, -3, -2, -1, 0, 1])
    expect(powersOfTen(2e-7, 9.9)).toEqual([-6, -5, -4, -3, -2, -1, 0])
  })

  it('may be none', () => {
    expect(powersOfTen(2e-3, 5e-3)).toEqual([])
  })
})
