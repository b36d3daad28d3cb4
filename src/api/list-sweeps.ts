import type { SweepListedLine, SweepShownLine } from '../lines/sweep.js'
import { requireText } from './arguments.js'
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

/** Sweep in a folder, with its trials and its final. */
export type OpenedSweep = Omit<SweepShownLine, 'type'>

/**
 * Opens a sweep, whether it has ended or not.
 *
 * @param named - The sweep's folder, its name, or the beginning or end of its name.
 * @throws TwintuneError COMPARISON_NOT_FOUND, with the sweeps to choose from.
 */
export async function openSweep(named: string, options: FindOptions = {}): Promise<OpenedSweep> {
  requireText('openSweep', named, "openSweep('NAME')")
  const runsDirectory = runsDirectoryOf('openSweep', options)
  const { findSweep } = await import('../sweep/sweep-folder.js')
  const { requireSweep } = await import('../sweep/resume-sweep.js')
  const { name, path, status, started, sweep } = requireSweep(findSweep(named, runsDirectory))
  return {
    sweepDirectory: path,
    name,
    experiment: started.experiment,
    status,
    startedAt: started.time,
    sweep,
  }
}
