import { refuseIfAllFailed } from '../compare/all-runs-failed.js'
import type { Comparison } from '../compare/comparison.js'
import type { Event, EventOf } from '../events.js'
import { cancelled, TwintuneError } from '../failure.js'
import type { Experiment } from '../spec/schema.js'
import { checkOptionNames, requireExperiment } from './arguments.js'
import { runExperiment } from './run-experiment.js'
import { type RunOptions, runOptionNames } from './run-options.js'

/** Options of how an experiment is carried out, and who is told of it. */
export type CompareOptions = RunOptions & {
  /** Callback that is told of everything that happens, as it happens. */
  readonly onEvent?: ((event: Event) => void) | undefined
}

/** Comparison, and the folder that it is in. */
export type ComparisonInFolder = Comparison & {
  /** Absolute path of the comparison's folder. */
  readonly comparisonDirectory: string
}

/**
 * Runs every framework × seed of an experiment and compares the frameworks. Where some of the runs failed they are among the
 * comparison's `runs`.
 *
 * @throws AllRunsFailedError When every run failed: it has the failure of each, and the comparison's folder.
 * @throws TwintuneError When nothing could run: a data set or a weights file isn't there, or the comparison's folder can't be
 *   written; CANCELLED when the signal is aborted, with the folder in its hint where there is one.
 */
export async function compare(
  experiment: Experiment,
  options: CompareOptions = {},
): Promise<ComparisonInFolder> {
  requireExperiment('compare', experiment)
  checkOptionNames<CompareOptions>('compare', options, { ...runOptionNames, onEvent: true })
  const { onEvent, ...ofRuns } = options
  let ended: EventOf<'comparison-finished'> | undefined
  for await (const event of runExperiment(experiment, ofRuns)) {
    if (event.type === 'comparison-finished') ended = event
    onEvent?.(event)
  }
  if (!ended) throw new TwintuneError({ code: 'INTERNAL', message: 'A comparison ended without a result.' })
  const { comparison, comparisonDirectory } = ended
  if (comparison.status === 'cancelled')
    throw new TwintuneError({
      ...cancelled,
      hint: `resumeComparison('${comparisonDirectory}') carries the rest out.`,
    })
  refuseIfAllFailed(comparison, comparisonDirectory)
  return { ...comparison, comparisonDirectory }
}
