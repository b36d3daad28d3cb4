import { expect, it } from 'vitest'
import { formatSeeds, parseSeeds } from '../../src/spec/seeds.js'

it.each([
  ['3', [3]],
  ['0..5', [0, 1, 2, 3, 4, 5]],
  ['0,3,7', [0, 3, 7]],
  ['0..1, 8', [0, 1, 8]],
  ['4..4', [4]],
])('%s are the seeds %j', (text, seeds) => {
  expect(parseSeeds(text)).toEqual(seeds)
})

it.each([
  ['', "expected seeds such as 0..5, 0,3,7 or 3, got the text ''"],
  ['1,,2', "expected seeds such as 0..5, 0,3,7 or 3, got the text '1,,2'"],
  ['-1', "expected seeds such as 0..5, 0,3,7 or 3, got the text '-1'"],
  ['5..0', 'the range 5..0 runs backwards; write 0..5'],
  ['0..999999999', 'must be at most 10000 seeds'],
])('%j is rejected', (text, message) => {
  expect(parseSeeds(text)).toEqual({ message })
})

it.each(['3', '0..5', '0,3,7', '0..1,8', '7,5..6'])('%s is written as it is read', (text) => {
  const seeds = parseSeeds(text)
  if ('message' in seeds) throw new Error(seeds.message)
  expect(formatSeeds(seeds)).toBe(text)
})
