import { runExperiment } from '../index.js'
import { createLogger } from '../log/create-logger.js'
import type { Experiment } from '../spec/schema.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodeOfComparison, exitCodes } from './exit-code.js'

/** Options of the commands that carry an experiment out. */
export interface CarryOutOptions extends SpecOptions {
  readonly out: string
  readonly parallel: number
}

/** Carries an experiment out before the user's eyes; resolves to the exit code that its comparison deserves. */
export async function carryOutAndLog(
  experiment: Experiment,
  { out, parallel, json, quiet }: CarryOutOptions,
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
