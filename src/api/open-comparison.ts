import { requireText } from './arguments.js'
import { type FindOptions, runsDirectoryOf } from './find-options.js'
import type { SavedComparison } from './saved-comparison.js'

/**
 * Lists the comparisons in a folder, the newest first; those that can't be read are left out.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when the folder itself can't be read.
 */
export async function listComparisons(options: FindOptions = {}): Promise<SavedComparison[]> {
  const runsDirectory = runsDirectoryOf('listComparisons', options)
  const { listComparisons } = await import('../run/folder/find.js')
  const { SavedComparison } = await import('./saved-comparison.js')
  return (await listComparisons(runsDirectory)).map((recorded) => new SavedComparison(recorded))
}

/**
 * Opens a comparison, whether it has ended or not.
 *
 * @param named - The comparison's folder, its name, the beginning or end of its name, or `latest`.
 * @throws TwintuneError COMPARISON_NOT_FOUND, with the comparisons to choose from, or the reason why they can't be read.
 */
export async function openComparison(named: string, options: FindOptions = {}): Promise<SavedComparison> {
  requireText('openComparison', named, "openComparison('latest')")
  const runsDirectory = runsDirectoryOf('openComparison', options)
  const { findComparison } = await import('../run/folder/find.js')
  const { SavedComparison } = await import('./saved-comparison.js')
  return new SavedComparison(await findComparison(named, runsDirectory))
}
