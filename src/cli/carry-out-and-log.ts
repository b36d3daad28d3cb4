import { runExperiment } from '../index.js'
import { createLogger } from '../log/create-logger.js'
import type { Experiment } from '../spec/schema.js'
import type { CompareOptions } from './compare.js'
import type { CommandContext } from './context.js'
import { exitCodeOfComparison, exitCodes } from './exit-code.js'

/** Carries an experiment out before the user's eyes; resolves to the exit code that its comparison deserves. */
export async function carryOutAndLog(
  experiment: Experiment,
  { out, parallel, json, quiet }: CompareOptions,
  { streams, signal }: CommandContext,
): Promise<number> {
  const logger = createLogger({ json, quiet, ...streams })
  let exitCode: number = exitCodes.fault
  try {
    for await (const event of runExperiment(experiment, { runsDirectory: out, parallel, signal })) {
      logger.log(event)
      if (event.type === 'comparison-finished') exitCode = exitCodeOfComparison(event.comparison)
    }
  } finally {
    logger.close()
  }
  return exitCode
}
