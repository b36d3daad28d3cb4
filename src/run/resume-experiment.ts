import { defaultEvidence, type EvidenceOptions } from '../compare/evidence.js'
import type { Event } from '../events.js'
import { type CarryOutRunsOptions, carryOutRuns, type Undertaking } from './carry-out-runs.js'
import { withExecutor } from './executors/with-executor.js'
import { ComparisonFolder } from './folder/comparison-folder.js'
import { now } from './folder/journal.js'
import { removeStaleLock } from './folder/lock.js'
import type { RecordedComparison } from './folder/read.js'
import { machineSurroundings } from './machine/surroundings.js'
import { checkUnaltered, requireComparison, takeUp } from './taking-up.js'
import { checkKeptSteps, isComplete } from './wanted-evidence.js'

export interface ResumeExperimentOptions extends Omit<CarryOutRunsOptions, 'evidence'> {
  /** Evidence that the user wants, where it isn't what the comparison began with. */
  readonly evidence: Partial<EvidenceOptions>
}

/**
 * Resumes the comparison in a folder: keeps the results of the runs that finished, takes the others up at
 * their last checkpoints, or anew where there is none, has judged what no framework could judge, and compares all. Of a
 * comparison that lacks nothing it only tells the end.
 *
 * @throws TwintuneError COMPARISON_NOT_FOUND, COMPARISON_NOT_RESUMABLE or COMPARISON_IN_USE; SpecError when spec.yaml is wrong.
 */
export async function resumeExperiment(
  comparisonDirectory: string,
  { evidence, ...options }: ResumeExperimentOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const found = await requireComparison(comparisonDirectory)
  checkUnaltered(found)
  checkKeptSteps(found, evidence)
  if (tellEnd(found, evidence, emit)) return
  await withExecutor(options, cancelSignal, async (executor) => {
    const folder = ComparisonFolder.reopen(found.path)
    let undertaking: Undertaking
    const wanted = { ...defaultEvidence, ...found.started.evidence, ...evidence }
    try {
      // Only a reading under the lock holds: the process that had it may just have come to the end of a run, or of all.
      const recorded = await requireComparison(comparisonDirectory)
      if (tellEnd(recorded, evidence, emit)) return folder.close()
      undertaking = await takeUp(recorded, folder, machineSurroundings(options))
      folder.discardComparison()
    } catch (error) {
      folder.close()
      throw error
    }
    await carryOutRuns(undertaking, { ...options, evidence: wanted, executor }, emit, cancelSignal)
  })
}

/** Tells the end of a comparison if it lacks nothing, and returns whether that is so. */
function tellEnd(
  recorded: RecordedComparison,
  evidence: Partial<EvidenceOptions>,
  emit: (event: Event) => void,
): boolean {
  const { path: comparisonDirectory, comparison } = recorded
  if (comparison === null || !isComplete(recorded, evidence)) return false
  // The process may have been killed when all was written.
  removeStaleLock(comparisonDirectory)
  emit({ type: 'comparison-finished', time: now(), comparisonDirectory, comparison })
  return true
}
