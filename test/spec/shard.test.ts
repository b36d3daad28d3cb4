import { describe, expect, it } from 'vitest'
import { formatShard, parseShard, seedsOfShard } from '../../src/spec/shard.js'

const seeds = [7, 3, 0, 1, 2, 9, 8]

describe('the shards of a comparison', () => {
  it.each([1, 2, 3, 4, 7])('have every seed once where there are %i, in the order of the seeds', (of) => {
    const shares = Array.from({ length: of }, (_, index) => seedsOfShard(seeds, { number: index + 1, of }))
    expect(shares.flat()).toEqual(seeds)
    const counts = shares.map((share) => share.length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })
})

describe('a shard in words', () => {
  it.each(['1/4', '4/4', '10/12'])('is read back as it is written: %s', (text) => {
    const shard = parseShard(text)
    expect(shard && formatShard(shard)).toBe(text)
  })

  it.each(['', '0/4', '5/4', '1', '1/0', '-1/4', '1.5/4', '1/4/4', 'a/b'])('is none of %j', (text) => {
    expect(parseShard(text)).toBeNull()
  })
})
