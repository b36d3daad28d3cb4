import path from 'node:path'
import { TwintuneError, toFailure } from '../failure.js'
import { resumeSweep, type SweepInFolder, type SweepOptions, sweep } from '../index.js'
import { renderOptionsFor } from '../log/output.js'
import { sweepPrinter } from '../log/sweep-printer.js'
import { writeSweepReports } from '../page/write-sweep-report.js'
import { planSweep } from '../plan/plan-sweep.js'
import { renderShownSweep } from '../report/sweep-report.js'
import type { SweepEventOf } from '../sweep/events.js'
import { isWorthAnotherTry } from '../sweep/failed-trials.js'
import { findSweep, sweepFiles } from '../sweep/sweep-folder.js'
import { visible } from '../visible.js'
import { type ExecutorArguments, executorOf } from './carry-out-and-log.js'
import type { CommandContext, OutputOptions, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'

export interface SweepCommandOptions extends SpecOptions, ExecutorArguments {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
  readonly hangTimeout?: number
  /** Number of trials, over that of the specification. */
  readonly trials?: number
  /** Folder of a sweep to go on with, or its name. */
  readonly resume?: string
  /** Whether a report is written. */
  readonly report?: boolean
  /** Whether the winners are compared at the end. */
  readonly final: boolean
  /** Address of Optuna's storage. */
  readonly storage?: string
}

/**
 * Carries out `twintune sweep SPEC`: tries settings in each framework, and compares the best over fresh seeds. With
 * `--resume` it goes on with an earlier sweep, whose specification is in its folder.
 */
export async function sweepCommand(
  spec: string | undefined,
  options: SweepCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { set = [], seeds, trials, resume, json = false, quiet = false } = options
  if ((spec === undefined) === (resume === undefined))
    throw usage('Give either a specification or --resume with the folder of a sweep.')
  if (resume !== undefined && (set.length > 0 || seeds !== undefined || trials !== undefined))
    throw usage(
      'A resumed sweep has the specification that it began with: --set, --seeds and --trials are for a new one.',
    )
  const overrides = trials === undefined ? set : [...set, `sweep.trials=${trials}`]
  const folder = resume === undefined ? undefined : findSweep(resume, options.out)
  const file = folder === undefined ? (spec ?? '') : path.join(folder, sweepFiles.spec)
  const experiment = await loadSpec(file, { ...options, set: overrides }, context)
  const { metric } = planSweep(experiment)
  const print = sweepPrinter(json ? () => {} : context.stdout, { metric, quiet })
  const { parallel, featureCache, hangTimeout: hangTimeoutMinutes, final, storage } = options
  let ended: SweepEventOf<'sweep-finished'> | undefined
  const running: SweepOptions = {
    ...{ parallel, featureCache, hangTimeoutMinutes, final, storage, signal: context.signal },
    // The command says where it is, or why there is none.
    report: false,
    executor: executorOf(options),
    onEvent: (event) => {
      if (event.type === 'sweep-finished') ended = event
      if (json) context.stdout(JSON.stringify(event))
      print(event)
    },
  }
  try {
    if (folder === undefined) await sweep(experiment, { ...running, runsDirectory: options.out })
    else await resumeSweep(folder, running)
  } catch (error) {
    // What a cancelled sweep has found is shown all the same.
    if (ended === undefined) throw error
  }
  if (ended === undefined) return exitCodes.fault
  const found = { ...ended.sweep, sweepDirectory: ended.sweepDirectory }
  if (!json) {
    const { sweepDirectory, sweep: shown } = visible(ended)
    const view = { name: path.basename(sweepDirectory), sweepDirectory, status: shown.status, sweep: shown }
    context.stdout(`\n${renderShownSweep(view, renderOptionsFor(context.streams.stdout))}`)
  }
  if (options.report ?? true) await reportTo(found, { json, quiet }, context)
  return exitCodeOfSweep(found)
}

// The results are there, whatever becomes of the reports. That of the sweep leads to those of its final.
async function reportTo(
  { sweepDirectory, ...sweep }: SweepInFolder,
  { json, quiet }: OutputOptions,
  context: CommandContext,
): Promise<void> {
  try {
    const line = `Report: ${visible(await writeSweepReports(sweepDirectory, sweep))}`
    if (json) context.stderr(line)
    else if (!quiet) context.stdout(`\n${line}`)
  } catch (error) {
    context.stderr(`warning A report was not written: ${visible(toFailure(error).message)}`)
  }
}

function usage(message: string): TwintuneError {
  return new TwintuneError({ code: 'SPEC_INVALID', message })
}

/** Exit code for a sweep that came to an end. Trials that failed for their settings are results of the search. */
function exitCodeOfSweep({ status, trials }: SweepInFolder): number {
  if (status === 'cancelled') return exitCodes.cancelled
  if (status === 'finished') return trials.some(isWorthAnotherTry) ? exitCodes.runFailed : exitCodes.done
  const failure = trials.find((trial) => trial.failure !== null)?.failure
  if (failure) throw new TwintuneError(failure)
  return exitCodes.runFailed
}
