import type { Event } from '../events.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { checkOptionNames, requireTexts } from './arguments.js'
import { comparisonEvents } from './comparison-events.js'
import { checkOptions, type RunOptions } from './run-options.js'

/** Options of how comparisons are merged. */
export type MergeOptions = Pick<
  RunOptions,
  'runsDirectory' | 'hangTimeoutMinutes' | 'track' | 'report' | 'workers' | 'signal'
>

/**
 * Joins the runs of several folders in a new one, compares all of them there, and yields what happens, up to
 * `comparison-finished`. Nothing is trained, and the folders stay as they are. `merged` of the comparison says which properties of the machines
 * differ.
 *
 * @param comparisonDirectories - Folders of all shards of a comparison, or of comparisons that differ by their seeds alone.
 * @throws TwintuneError COMPARISONS_NOT_MERGEABLE When a folder is of another specification, versions or data, has a seed twice,
 * has not come to its end, or a shard is missing: the message names what.
 */
export async function* merge(
  comparisonDirectories: readonly string[],
  options: MergeOptions = {},
): AsyncGenerator<Event, void, void> {
  requireTexts('merge', comparisonDirectories, "merge(['runs/ONE', 'runs/OTHER'])", 'folders of comparisons')
  checkOptionNames<MergeOptions>('merge', options, {
    runsDirectory: true,
    hangTimeoutMinutes: true,
    track: true,
    report: true,
    workers: true,
    signal: true,
  })
  const { runsDirectory = defaultRunsDirectory } = options
  const { hangTimeoutMinutes, workers } = checkOptions(options)
  const { mergeComparisons } = await import('../run/merge-comparisons.js')
  yield* comparisonEvents(
    (emit, signal) =>
      mergeComparisons(comparisonDirectories, { runsDirectory, hangTimeoutMinutes, workers }, emit, signal),
    options,
  )
}
