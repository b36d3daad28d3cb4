import type { Event } from '../events.js'
import { checkOptionNames, requireText } from './arguments.js'
import { comparisonEvents } from './comparison-events.js'
import { checkOptions, type ResumeOptions, resumeOptionNames } from './run-options.js'

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
  requireText(
    'resumeComparison',
    comparisonDirectory,
    "resumeComparison('runs/NAME')",
    'the folder of a comparison',
  )
  checkOptionNames<ResumeOptions>('resumeComparison', options, resumeOptionNames)
  const checked = checkOptions(options)
  const { resumeExperiment } = await import('../run/resume-experiment.js')
  yield* comparisonEvents(
    (emit, signal) => resumeExperiment(comparisonDirectory, checked, emit, signal),
    options,
  )
}
