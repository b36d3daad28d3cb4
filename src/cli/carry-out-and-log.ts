import type { EvidenceOptions } from '../compare/evidence.js'
import type { Event, EventOf } from '../events.js'
import { TwintuneError, toFailure } from '../failure.js'
import { type ExecutorOptions, type ResumeOptions, runExperiment } from '../index.js'
import { createLogger } from '../log/create-logger.js'
import { readComparison } from '../run/folder/read.js'
import type { Experiment } from '../spec/schema.js'
import type { Shard } from '../spec/shard.js'
import { keepingModels, type Trackers } from '../tracking/trackers.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions, SpecOptions } from './context.js'
import { exitCodeOfComparison, exitCodes } from './exit-code.js'
import { openLivePage, type ServeOptions } from './live-page.js'

/** Options of the place where runs are carried out, and of what each takes there. */
export interface ExecutorArguments {
  readonly executor?: ExecutorOptions['name']
  readonly rayAddress?: string
  readonly cpus?: number
  readonly gpus?: number
  readonly memory?: number
}

/** Turns the options of a command into the executor of the API. */
export function executorOf({ executor, rayAddress, cpus, gpus, memory }: ExecutorArguments): ExecutorOptions {
  if (executor !== 'ray') {
    const [given] = Object.entries({
      '--ray-address': rayAddress,
      '--cpus': cpus,
      '--gpus': gpus,
      '--memory': memory,
    })
      .filter(([, value]) => value !== undefined)
      .map(([option]) => option)
    if (given === undefined) return { name: 'local' }
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: `${given} is for runs on a Ray cluster, and --executor local carries them out on this machine.`,
      hint: `Leave ${given} out, or give --executor ray.`,
    })
  }
  return { name: 'ray', address: rayAddress, cpus, gpus, memoryGib: memory }
}

/** Options of how runs are carried out, which the commands that begin a comparison share with the one that resumes it. */
export interface RunningOptions
  extends OutputOptions,
    ServeOptions,
    ExecutorArguments,
    Partial<EvidenceOptions> {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
  readonly hangTimeout?: number
  readonly keepCheckpoints?: boolean
  readonly details?: boolean
  readonly report?: boolean
  readonly track?: Trackers
  readonly trackModels?: boolean
}

/** Options of the commands that carry an experiment out. */
export interface CarryOutOptions extends SpecOptions, RunningOptions {
  readonly profile?: boolean
  readonly shard?: Shard
}

/** Turns the options of a command into those of the API. A single framework has no evidence: nobody judges its runs. */
export function runOptionsOf(
  options: RunningOptions,
  { signal }: { readonly signal: AbortSignal },
): ResumeOptions {
  const { parallel, featureCache, hangTimeout: hangTimeoutMinutes, keepCheckpoints } = options
  const { replay, crossEvaluation, trackModels = false } = options
  const track = options.track && trackModels ? keepingModels(options.track) : options.track
  return {
    parallel,
    featureCache,
    hangTimeoutMinutes,
    keepCheckpoints,
    executor: executorOf(options),
    replay,
    crossEvaluation,
    track,
    // The command says where it is, or why there is none.
    report: false,
    signal,
  }
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
  const begin = (signal: AbortSignal) =>
    runExperiment(experiment, {
      ...runOptionsOf(options, { signal }),
      runsDirectory: options.out,
      shard: options.shard,
    })
  return logToTheEnd(begin, options, context)
}

/**
 * Begins a comparison and logs what happens until it has ended, on a live page too where the options ask for one; then writes
 * its report. Resolves to the exit code that the comparison deserves.
 */
export async function logToTheEnd(
  begin: (signal: AbortSignal) => AsyncIterable<Event>,
  options: OutputOptions & ServeOptions & Pick<RunningOptions, 'details' | 'report'>,
  context: CommandContext,
): Promise<number> {
  const { json = false, quiet = false, details, report = true } = options
  const page = await openLivePage(options, context)
  const logger = createLogger({ json, quiet, details, ...context.streams })
  let ended: EventOf<'comparison-finished'> | undefined
  let file: string | null = null
  try {
    for await (const event of begin(page?.signal ?? context.signal)) {
      logger.log(event)
      page?.log(event)
      if (event.type === 'comparison-finished') {
        ended = event
        // Trackers keep the report, and are waited for after this event.
        file = report ? await reportTo(ended.comparisonDirectory, { json, quiet }, context) : null
      }
    }
  } catch (error) {
    await page?.breakOff(toFailure(error).message)
    throw error
  } finally {
    logger.close()
  }
  if (ended === undefined) return exitCodes.fault
  await page?.end(ended, file)
  return exitCodeOfComparison(ended.comparison)
}

// The results are there, whatever becomes of the report.
async function reportTo(
  comparisonDirectory: string,
  { json, quiet }: OutputOptions,
  context: CommandContext,
): Promise<string | null> {
  try {
    const { writeReport } = await import('../page/write-report.js')
    const found = await readComparison(comparisonDirectory)
    if (found === undefined) return null
    const file = writeReport(found)
    const line = `Report: ${visible(file)}`
    if (json) context.stderr(line)
    else if (!quiet) context.stdout(line)
    return file
  } catch (error) {
    context.stderr(`warning The report was not written: ${visible(toFailure(error).message)}`)
    return null
  }
}
