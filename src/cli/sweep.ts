import { TwintuneError } from '../failure.js'
import { type SweepInFolder, type SweepOptions, sweep } from '../index.js'
import { renderOptionsFor } from '../log/output.js'
import { sweepPrinter } from '../log/sweep-printer.js'
import { planSweep } from '../plan/plan-sweep.js'
import { renderSweep } from '../report/sweep-report.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'

export interface SweepCommandOptions extends SpecOptions {
  readonly out: string
  readonly parallel: number
  readonly featureCache: boolean
  readonly hangTimeout?: number
  /** Number of trials, over that of the specification. */
  readonly trials?: number
  /** Whether the winners are compared at the end. */
  readonly final: boolean
  /** Address of Optuna's storage. */
  readonly storage?: string
}

/** Carries out `twintune sweep SPEC`: tries settings in each framework, and compares the best over fresh seeds. */
export async function sweepCommand(
  spec: string,
  options: SweepCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { set = [], trials, json = false, quiet = false } = options
  const overrides = trials === undefined ? set : [...set, `sweep.trials=${trials}`]
  const experiment = await loadSpec(spec, { ...options, set: overrides }, context)
  const { metric } = planSweep(experiment)
  const print = sweepPrinter(json ? () => {} : context.stdout, { metric, quiet })
  const { parallel, featureCache, hangTimeout: hangTimeoutMinutes, final, storage } = options
  const running: SweepOptions = {
    ...{ parallel, featureCache, hangTimeoutMinutes, final, storage, signal: context.signal },
    runsDirectory: options.out,
    onEvent: (event) => {
      if (json) context.stdout(JSON.stringify(event))
      print(event)
    },
  }
  const found = await sweep(experiment, running)
  if (!json) context.stdout(`\n${renderSweep(visible(found), renderOptionsFor(context.streams.stdout))}`)
  return exitCodeOfSweep(found)
}

/** Exit code for a sweep that came to an end. Trials that failed are counted, and no failure of the sweep. */
function exitCodeOfSweep({ status, trials }: SweepInFolder): number {
  if (status === 'cancelled') return exitCodes.cancelled
  if (status === 'finished') return exitCodes.done
  const failure = trials.find((trial) => trial.failure !== null)?.failure
  if (failure) throw new TwintuneError(failure)
  return exitCodes.runFailed
}
