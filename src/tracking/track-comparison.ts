import { setTimeout as sleep } from 'node:timers/promises'
import { isInUse } from '../run/folder/lock.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { requireOwnFiles } from '../run/folder/regular-file.js'
import type { Trackers } from './trackers.js'
import { type TrackerPlace, type TrackerProblem, Tracking } from './tracking.js'

const millisecondsBetweenReadings = 2000

/** Outcome of tracking a comparison: where it is kept, and which trackers failed. */
export interface Tracked {
  readonly places: readonly TrackerPlace[]
  readonly problems: readonly TrackerProblem[]
}

/**
 * Has trackers told of a comparison that lies in its folder, whether it has ended or another process goes on with it: then it
 * is followed until that process leaves it, or `signal` is aborted.
 *
 * @throws TwintuneError COMPARISON_NOT_RESUMABLE when there are links in the folder.
 */
export async function trackComparison(
  { path: folder }: RecordedComparison,
  trackers: Trackers,
  signal: AbortSignal,
): Promise<Tracked> {
  requireOwnFiles(folder)
  const places: TrackerPlace[] = []
  const problems: TrackerProblem[] = []
  const tracking = await Tracking.open(trackers, {
    onPlace: (place) => places.push(place),
    onProblem: (problem) => problems.push(problem),
  })
  tracking.begin(folder)
  while (isInUse(folder) && !signal.aborted) {
    tracking.tell()
    await sleep(millisecondsBetweenReadings, undefined, { signal }).catch(() => {})
  }
  await tracking.end({ isHurried: false })
  const failed = new Set(problems.map(({ tracker }) => tracker))
  return { places: places.filter(({ tracker }) => !failed.has(tracker)), problems }
}
