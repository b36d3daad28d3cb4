import type { RunSurroundings } from '../../plan/run-request.js'
import { findPython } from '../../worker/interpreter.js'
import { cacheDirectory, featureCacheBytes } from './cache-directory.js'

/** What every run on this machine finds alike. */
export type MachineSurroundings = Omit<RunSurroundings, 'runDirectory' | 'resume'>

/**
 * Looks at what every run on this machine finds alike.
 *
 * @throws TwintuneError SPEC_INVALID, when the size of the cache is set to what is none.
 */
export function machineSurroundings({
  featureCache,
}: Pick<RunSurroundings, 'featureCache'>): MachineSurroundings {
  return {
    cacheDirectory: cacheDirectory(),
    featureCache,
    featureCacheBytes: featureCacheBytes(),
    torchPython: findPython('pytorch'),
  }
}
