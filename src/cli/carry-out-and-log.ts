import type { EvidenceOptions } from '../compare/evidence.js'
import type { Event, EventOf } from '../events.js'
import { toFailure } from '../failure.js'
import { type ResumeOptions, runExperiment } from '../index.js'
import { createLogger } from '../log/create-logger.js'
import { readComparison } from '../run/folder/read.js'
import type { Experiment } from '../spec/schema.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions, SpecOptions } from './context.js'
import { exitCodeOfComparison, exitCodes } from './exit-code.js'

/** Options of how runs are carried out, which the commands that begin a comparison share with the one that resumes it. */
export interface RunningOptions extends OutputOptions, Partial<EvidenceOptions> {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
  readonly hangTimeout?: number
  readonly keepCheckpoints?: boolean
  readonly details?: boolean
  readonly report?: boolean
}

/** Options of the commands that carry an experiment out. */
export interface CarryOutOptions extends SpecOptions, RunningOptions {
  readonly profile?: boolean
}

/** Turns the options of a command into those of the API. A single framework has no evidence: nobody judges its runs. */
export function runOptionsOf(
  options: RunningOptions,
  { signal }: Pick<CommandContext, 'signal'>,
): ResumeOptions {
  const { parallel, featureCache, hangTimeout: hangTimeoutMinutes, keepCheckpoints } = options
  const { replay, crossEvaluation } = options
  return { parallel, featureCache, hangTimeoutMinutes, keepCheckpoints, replay, crossEvaluation, signal }
}

/** Lists the fields that the options set over those of the specification, in the form of `--set`. */
export function overridesOf({ set = [], profile = false }: CarryOutOptions): readonly string[] {
  return profile ? [...set, 'profile=true'] : set
}

/** Carries an experiment out before the user's eyes; resolves to the exit code that its comparison deserves. */
export async function carryOutAndLog(
  experiment: Experiment,
  options: CarryOutOptions,
  context: CommandContext,
): Promise<number> {
  const events = runExperiment(experiment, {
    ...runOptionsOf(options, context),
    runsDirectory: options.out,
  })
  return logToTheEnd(events, options, context)
}

/** Logs what happens until the comparison has ended, and writes its report; resolves to the exit code that it deserves. */
export async function logToTheEnd(
  events: AsyncIterable<Event>,
  {
    json = false,
    quiet = false,
    details,
    report = true,
  }: OutputOptions & Pick<RunningOptions, 'details' | 'report'>,
  context: CommandContext,
): Promise<number> {
  const logger = createLogger({ json, quiet, details, ...context.streams })
  let ended: EventOf<'comparison-finished'> | undefined
  try {
    for await (const event of events) {
      logger.log(event)
      if (event.type === 'comparison-finished') ended = event
    }
  } finally {
    logger.close()
  }
  if (ended === undefined) return exitCodes.fault
  if (report) await reportTo(ended.comparisonDirectory, { json, quiet }, context)
  return exitCodeOfComparison(ended.comparison)
}

// The results are there, whatever becomes of the report.
async function reportTo(
  comparisonDirectory: string,
  { json, quiet }: OutputOptions,
  context: CommandContext,
): Promise<void> {
  try {
    const { writeReport } = await import('../page/write-report.js')
    const found = await readComparison(comparisonDirectory)
    if (found === undefined) return
    const line = `Report: ${visible(writeReport(found))}`
    if (json) context.stderr(line)
    else if (!quiet) context.stdout(line)
  } catch (error) {
    context.stderr(`warning The report was not written: ${visible(toFailure(error).message)}`)
  }
}
