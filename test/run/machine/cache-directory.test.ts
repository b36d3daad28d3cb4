import { expect, it } from 'vitest'
import { cacheDirectory, featureCacheBytes } from '../../../src/run/machine/cache-directory.js'

it('is the one that the user chose', () => {
  expect(cacheDirectory({ TWINTUNE_CACHE_DIR: '/big/disk' })).toBe('/big/disk')
})

it("is in the platform's cache folder otherwise", () => {
  expect(cacheDirectory({})).toMatch(/twintune/)
  expect(cacheDirectory({ TWINTUNE_CACHE_DIR: '' })).toBe(cacheDirectory({}))
})

it('takes 20 GiB of features, or as many as the user chose', () => {
  expect(featureCacheBytes({})).toBe(20 * 2 ** 30)
  expect(featureCacheBytes({ TWINTUNE_FEATURE_CACHE_GIB: '' })).toBe(20 * 2 ** 30)
  expect(featureCacheBytes({ TWINTUNE_FEATURE_CACHE_GIB: '0.5' })).toBe(2 ** 29)
  expect(featureCacheBytes({ TWINTUNE_FEATURE_CACHE_GIB: '0' })).toBe(0)
})

it.each(['-1', '20 GiB', 'NaN', '1e3'])('refuses %s as a size', (size) => {
  expect(() => featureCacheBytes({ TWINTUNE_FEATURE_CACHE_GIB: size })).toThrow('a number of GiB from 0 up')
})
