import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import envPaths from 'env-paths'
import { TwintuneError } from '../../failure.js'
import { isWritableFolder, makeFolders } from './folders.js'

/** Folder of downloaded weights and computed features: `TWINTUNE_CACHE_DIR`, else the platform's cache folder. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = env.TWINTUNE_CACHE_DIR
  return chosen ? path.resolve(chosen) : envPaths('twintune', { suffix: '' }).cache
}

/** Cache folder that can be written. */
export interface WritableCache {
  readonly folder: string
  /** Sentence for the user if it isn't the one that was asked for; otherwise `null`. */
  readonly warning: string | null
}

const found = new Map<string, WritableCache>()

/**
 * Makes the cache folder, or one in the temporary directory where it can't be written, as in a read-only container or for a
 * user without a home. The answer is kept, so that every worker of a process gets the same folder.
 *
 * @throws The system's error where the temporary directory can't be written either.
 */
export function writableCache(
  env: Readonly<Record<string, string | undefined>> = process.env,
): WritableCache {
  const wanted = cacheDirectory(env)
  const cache = found.get(wanted) ?? findWritable(wanted)
  found.set(wanted, cache)
  return cache
}

function findWritable(wanted: string): WritableCache {
  if (canBeMade(wanted)) return { folder: wanted, warning: null }
  const folder = temporaryCache()
  return {
    folder,
    warning: `The cache folder ${wanted} can't be written: ${folder} is used instead. Set TWINTUNE_CACHE_DIR to choose another.`,
  }
}

function canBeMade(folder: string): boolean {
  try {
    makeFolders(folder)
  } catch {
    return false
  }
  return isWritableFolder(folder)
}

/** Folder of this user, which later commands find again, or a new one where someone else made that name first. */
function temporaryCache(): string {
  const { uid } = userInfo()
  const folder = path.join(tmpdir(), `twintune-cache-${uid}`)
  try {
    mkdirSync(folder, { mode: 0o700 })
    return folder
  } catch {
    const stats = lstatSync(folder, { throwIfNoEntry: false })
    const isOwn = stats?.isDirectory() && (uid === -1 || (stats.uid === uid && (stats.mode & 0o022) === 0))
    return isOwn ? folder : mkdtempSync(`${folder}-`)
  }
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
