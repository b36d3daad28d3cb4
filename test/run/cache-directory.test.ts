import { expect, it } from 'vitest'
import { cacheDirectory } from '../../src/run/cache-directory.js'

it('is the one that the user chose', () => {
  expect(cacheDirectory({ TWINTUNE_CACHE_DIR: '/big/disk' })).toBe('/big/disk')
})

it("is in the platform's cache folder otherwise", () => {
  expect(cacheDirectory({})).toMatch(/twintune/)
  expect(cacheDirectory({ TWINTUNE_CACHE_DIR: '' })).toBe(cacheDirectory({}))
})
