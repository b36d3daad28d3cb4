import { expect, it } from 'vitest'
import { sparkLine } from '../../src/report/spark-line.js'

it('a spark line goes from the least value to the largest', () => {
  expect(sparkLine([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
})

it('many values become eight, each the mean of neighbours', () => {
  expect(sparkLine(Array.from({ length: 1000 }, (_, index) => 1000 - index))).toBe('█▇▆▅▄▃▂▁')
})

it('a value that is no number leaves a gap', () => {
  expect(sparkLine([1, Number.NaN, 0])).toBe('█ ▁')
})
