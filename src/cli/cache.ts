import type { CacheClearedLine, CacheEntryLine } from '../lines/cache.js'
import { renderOptionsFor } from '../log/output.js'
import { renderCacheCleared, renderCacheList } from '../report/cache.js'
import {
  deleteFeatures,
  type FeatureEntry,
  featureDirectory,
  listFeatures,
} from '../run/one-off/feature-cache.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

/** Carries out `twintune cache ls`: the features that are kept, the last used first. */
export async function cacheListCommand(
  { json }: OutputOptions,
  { stdout, streams, env }: CommandContext,
): Promise<number> {
  const folder = featureDirectory(env)
  const lines = (await listFeatures(folder)).map(toLine)
  if (json) {
    for (const line of lines) stdout(JSON.stringify(line))
  } else {
    stdout(renderCacheList(visible(lines), visible(folder), renderOptionsFor(streams.stdout)))
  }
  return exitCodes.done
}

/** Carries out `twintune cache clear`: deletes them all. */
export async function cacheClearCommand(
  { json }: OutputOptions,
  { stdout, env }: CommandContext,
): Promise<number> {
  const folder = featureDirectory(env)
  const entries = await listFeatures(folder)
  const deleted = await deleteFeatures(entries)
  const line: CacheClearedLine = {
    type: 'cache-cleared',
    folder,
    entries: deleted.length,
    bytes: deleted.reduce((sum, { bytes }) => sum + bytes, 0),
    kept: entries.length - deleted.length,
  }
  stdout(json ? JSON.stringify(line) : renderCacheCleared(visible(line)))
  return exitCodes.done
}

function toLine({ digest, file, bytes, usedAt, key }: FeatureEntry): CacheEntryLine {
  return {
    type: 'cache-entry',
    digest,
    file,
    bytes,
    usedAt: usedAt.toISOString(),
    content: key && { ...key.source, split: key.split, view: key.view?.number ?? null, images: key.images },
  }
}
