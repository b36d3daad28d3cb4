import { merge } from '../index.js'
import { findComparison } from '../run/folder/find.js'
import { logToTheEnd, type RunningOptions, runOptionsOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

/** Options of `twintune merge`, which carries out no run. */
export type MergeCommandOptions = Omit<RunningOptions, 'parallel' | 'featureCache' | 'keepCheckpoints'>

/** Carries out `twintune merge COMPARISON...`: joins the runs of several folders in a new one, and compares them. */
export async function mergeCommand(
  comparisons: readonly string[],
  options: MergeCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { out } = options
  const folders: string[] = []
  for (const named of comparisons) folders.push((await findComparison(named, out)).path)
  const begin = (signal: AbortSignal) => {
    const { hangTimeoutMinutes, track } = runOptionsOf(
      { ...options, parallel: 1, featureCache: true },
      { signal },
    )
    return merge(folders, { runsDirectory: out, hangTimeoutMinutes, track, signal })
  }
  return logToTheEnd(begin, options, context)
}
