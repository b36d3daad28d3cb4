import type { Comparison } from '../compare/comparison.js'
import type { Event } from '../events.js'
import { TwintuneError } from '../failure.js'
import type { Experiment } from '../spec/schema.js'
import { runExperiment } from './run-experiment.js'
import type { RunOptions } from './run-options.js'

/**
 * Runs every framework × seed of an experiment and compares the frameworks. Failed runs are among the comparison's
 * `runs`.
 *
 * @throws TwintuneError When nothing could run: a data set or a weights file isn't there, or the comparison's folder can't be written.
 */
export async function compare(
  experiment: Experiment,
  options: RunOptions & {
    /** Callback that is told of everything that happens, as it happens. */
    readonly onEvent?: (event: Event) => void
  } = {},
): Promise<Comparison> {
  let comparison: Comparison | undefined
  for await (const event of runExperiment(experiment, options)) {
    if (event.type === 'comparison-finished') comparison = event.comparison
    options.onEvent?.(event)
  }
  if (!comparison)
    throw new TwintuneError({ code: 'INTERNAL', message: 'A comparison ended without a result.' })
  return comparison
}
