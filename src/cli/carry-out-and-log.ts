import type { EvidenceOptions } from '../compare/evidence.js'
import type { Event } from '../events.js'
import { runExperiment } from '../index.js'
import { createLogger } from '../log/create-logger.js'
import type { Experiment } from '../spec/schema.js'
import type { CommandContext, OutputOptions, SpecOptions } from './context.js'
import { exitCodeOfComparison, exitCodes } from './exit-code.js'

/** Options of the commands that carry an experiment out. */
export interface CarryOutOptions extends SpecOptions {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
  readonly hangTimeout?: number
  readonly keepCheckpoints?: boolean
  readonly profile?: boolean
}

/** Lists the fields that the options set over those of the specification, in the form of `--set`. */
export function overridesOf({ set = [], profile = false }: CarryOutOptions): readonly string[] {
  return profile ? [...set, 'profile=true'] : set
}

/** Carries an experiment out before the user's eyes; resolves to the exit code that its comparison deserves. */
export async function carryOutAndLog(
  experiment: Experiment,
  {
    out,
    parallel,
    featureCache,
    hangTimeout,
    keepCheckpoints,
    replay,
    crossEvaluation,
    ...options
  }: CarryOutOptions & Partial<EvidenceOptions>,
  context: CommandContext,
): Promise<number> {
  const events = runExperiment(experiment, {
    runsDirectory: out,
    parallel,
    featureCache,
    hangTimeoutMinutes: hangTimeout,
    keepCheckpoints,
    // A single framework is trained without these options: there is no other one to judge its runs.
    replay,
    crossEvaluation,
    signal: context.signal,
  })
  return logToTheEnd(events, options, context)
}

/** Logs what happens until the comparison has ended; resolves to the exit code that it deserves. */
export async function logToTheEnd(
  events: AsyncIterable<Event>,
  { json, quiet }: OutputOptions,
  { streams }: CommandContext,
): Promise<number> {
  const logger = createLogger({ json, quiet, ...streams })
  let exitCode: number = exitCodes.fault
  try {
    for await (const event of events) {
      logger.log(event)
      if (event.type === 'comparison-finished') exitCode = exitCodeOfComparison(event.comparison)
    }
  } finally {
    logger.close()
  }
  return exitCode
}
