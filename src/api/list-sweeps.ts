import type { SweepListedLine } from '../lines/sweep.js'
import { type FindOptions, runsDirectoryOf } from './find-options.js'

/** Sweep in a folder, as it was when the folder was read. */
export type SavedSweep = Omit<SweepListedLine, 'type'>

/**
 * Lists the sweeps in a folder, the newest first; those that can't be read are left out. The comparisons of a sweep's final are
 * those of `listComparisons` that have its name as `sweep`.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND when the folder itself can't be read.
 */
export async function listSweeps(options: FindOptions = {}): Promise<SavedSweep[]> {
  const runsDirectory = runsDirectoryOf('listSweeps', options)
  const { summarizeFolders } = await import('../sweep/listing.js')
  return (await summarizeFolders(runsDirectory)).flatMap((listed) => {
    if (listed.kind !== 'sweep') return []
    const { kind: _, path, ...sweep } = listed
    return [{ sweepDirectory: path, ...sweep }]
  })
}
