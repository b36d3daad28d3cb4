import type { Event } from '../events.js'
import { eventStream } from '../run/event-stream.js'
import { checkMinutes, checkParallel, chosenEvidence, type RunOptions } from './run-options.js'

/** Options of how an interrupted comparison is resumed. Its evidence is what it began with, unless they name other evidence. */
export type ResumeOptions = Omit<RunOptions, 'runsDirectory'>

/**
 * Resumes the comparison in a folder: keeps the results of the runs that finished, takes the others up at
 * their last checkpoints, or anew where there is none, and yields what happens, up to `comparison-finished`. Runs that a
 * framework failed to judge are judged then. A finished comparison yields that event alone.
 *
 * @param comparisonDirectory - Path of the comparison's folder, as `comparison-started` names it.
 * @throws TwintuneError When there is no comparison in the folder, another version of twintune began it, its spec.yaml was changed, or
 * another process works on it.
 */
export async function* resumeComparison(
  comparisonDirectory: string,
  options: ResumeOptions = {},
): AsyncGenerator<Event, void, void> {
  const { parallel = 1, featureCache = true, keepCheckpoints, workers, signal } = options
  const { hangTimeoutMinutes } = options
  const evidence = chosenEvidence(options)
  checkParallel(parallel)
  checkMinutes(hangTimeoutMinutes)
  workers?.requireWarm()
  const { resumeExperiment } = await import('../run/resume-experiment.js')
  yield* eventStream<Event>(
    (emit, cancelSignal) =>
      resumeExperiment(
        comparisonDirectory,
        { parallel, featureCache, evidence, keepCheckpoints, hangTimeoutMinutes, workers },
        emit,
        cancelSignal,
      ),
    signal,
  )
}
