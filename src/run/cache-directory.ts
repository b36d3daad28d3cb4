import path from 'node:path'
import envPaths from 'env-paths'

/** Where downloaded weights and computed features are kept: `TWINTUNE_CACHE_DIR`, else the platform's cache folder. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = env.TWINTUNE_CACHE_DIR
  return chosen ? path.resolve(chosen) : envPaths('twintune', { suffix: '' }).cache
}
