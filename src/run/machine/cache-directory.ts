import path from 'node:path'
import envPaths from 'env-paths'
import { TwintuneError } from '../../failure.js'

/** Folder of downloaded weights and computed features: `TWINTUNE_CACHE_DIR`, else the platform's cache folder. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = env.TWINTUNE_CACHE_DIR
  return chosen ? path.resolve(chosen) : envPaths('twintune', { suffix: '' }).cache
}

const defaultGib = 20

/**
 * Largest size of the feature cache in bytes: `TWINTUNE_FEATURE_CACHE_GIB`, else 20 GiB.
 *
 * @throws TwintuneError SPEC_INVALID, when the variable holds no size.
 */
export function featureCacheBytes(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const chosen = env.TWINTUNE_FEATURE_CACHE_GIB || String(defaultGib)
  if (/^\d+(\.\d+)?$/.test(chosen)) return Math.round(Number(chosen) * 2 ** 30)
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `TWINTUNE_FEATURE_CACHE_GIB must be a number of GiB from 0 up, not ${chosen}`,
  })
}
