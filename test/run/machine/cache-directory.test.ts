import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { cacheDirectory, featureCacheBytes, writableCache } from '../../../src/run/machine/cache-directory.js'

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

const folders: string[] = []
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twintune-cache-test-'))
  folders.push(folder)
  return folder
}

it('is made where it can be, without a word', () => {
  const wanted = path.join(newFolder(), 'made', 'here')
  expect(writableCache({ TWINTUNE_CACHE_DIR: wanted })).toEqual({ folder: wanted, warning: null })
  expect(statSync(wanted).isDirectory()).toBe(true)
})

it('is a folder of the user alone in the temporary directory where it cannot be written, and says so', () => {
  const temporary = newFolder()
  vi.stubEnv('TMPDIR', temporary)
  const file = path.join(temporary, 'a-file')
  writeFileSync(file, '')
  const cache = writableCache({ TWINTUNE_CACHE_DIR: path.join(file, 'cache') })
  expect(path.dirname(cache.folder)).toBe(temporary)
  expect(statSync(cache.folder).mode & 0o777).toBe(0o700)
  expect(cache.warning).toContain(file)
  expect(cache.warning).toContain(`${cache.folder} is used instead`)
  expect(writableCache({ TWINTUNE_CACHE_DIR: path.join(file, 'another') }).folder).toBe(cache.folder)
})

it('is not a folder in the temporary directory that others can write', () => {
  const temporary = newFolder()
  vi.stubEnv('TMPDIR', temporary)
  const others = path.join(temporary, `twintune-cache-${os.userInfo().uid}`)
  mkdirSync(others)
  // The mask of the process would take the right away.
  chmodSync(others, 0o777)
  const { folder } = writableCache({ TWINTUNE_CACHE_DIR: '/dev/null/cache' })
  expect(folder).not.toBe(others)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})
