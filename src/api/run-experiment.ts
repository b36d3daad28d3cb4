import { defaultEvidence } from '../compare/evidence.js'
import type { Event } from '../events.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import type { Experiment } from '../spec/schema.js'
import { checkOptionNames, requireExperiment } from './arguments.js'
import { comparisonEvents } from './comparison-events.js'
import { checkOptions, type RunOptions, runOptionNames } from './run-options.js'

/**
 * Runs every framework × seed of an experiment and yields what happens, up to `comparison-finished`. A run that fails
 * yields `run-failed` and leaves the others alone. Leaving the loop cancels; the iterator ends when the workers have.
 *
 * @throws TwintuneError When nothing could run: a data set or a weights file isn't there, or the comparison's folder can't be written.
 */
export async function* runExperiment(
  experiment: Experiment,
  options: RunOptions = {},
): AsyncGenerator<Event, void, void> {
  requireExperiment('runExperiment', experiment)
  checkOptionNames<RunOptions>('runExperiment', options, runOptionNames)
  const { runsDirectory = defaultRunsDirectory, shard } = options
  const checked = checkOptions(options)
  const evidence = { ...defaultEvidence, ...checked.evidence }
  // Code that starts processes is loaded only now, so that importing twintune stays light.
  const { checkData } = await import('../run/one-off/check-data.js')
  const { checkWritable } = await import('../run/folder/writing.js')
  const { carryOutExperiment } = await import('../run/carry-out-experiment.js')
  yield* comparisonEvents(async (emit, signal) => {
    checkWritable(runsDirectory)
    const { warnings } = await checkData(experiment, signal)
    const carryingOut = { ...checked, runsDirectory, shard, evidence, warnings }
    await carryOutExperiment(experiment, carryingOut, emit, signal)
  }, options)
}
