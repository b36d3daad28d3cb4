import type { RunSurroundings } from '../../plan/run-request.js'
import { findPython } from '../../worker/interpreter.js'
import { featureCacheBytes, writableCache } from './cache-directory.js'

/** Surroundings that every run on this machine finds alike. */
export type MachineSurroundings = Omit<
  RunSurroundings,
  'runDirectory' | 'resume' | 'keepSteps' | 'keepModel' | 'shorten'
>

/**
 * Reads the surroundings that every run on this machine finds alike.
 *
 * @throws TwintuneError SPEC_INVALID, when the size of the cache is set to a text that is no size.
 */
export function machineSurroundings({
  featureCache,
}: Pick<RunSurroundings, 'featureCache'>): MachineSurroundings {
  return {
    cacheDirectory: writableCache().folder,
    featureCache,
    featureCacheBytes: featureCacheBytes(),
    torchPython: findPython('pytorch'),
  }
}
