import os from 'node:os'
import path from 'node:path'
import { toFailure } from '../failure.js'
import { planSweep, planTrialRuns, type SweepPlan, type TrialRun } from '../plan/plan-sweep.js'
import { decodeValues, type TrialValues } from '../plan/sweep-values.js'
import type { CarryOutRunsOptions } from '../run/carry-out-runs.js'
import type { Executor } from '../run/executors/executor.js'
import { withExecutor } from '../run/executors/with-executor.js'
import { now } from '../run/folder/journal.js'
import { hashSpecification } from '../run/folder/specification.js'
import { checkInputFiles } from '../run/input-files.js'
import { type MachineRecord, recordMachine } from '../run/machine/record.js'
import { type MachineSurroundings, machineSurroundings } from '../run/machine/surroundings.js'
import { openJournaledPool } from '../run/open-pool.js'
import { schedule } from '../run/workers/scheduler.js'
import { WarmWorkers } from '../run/workers/warm-workers.js'
import type { Experiment } from '../spec/schema.js'
import { carryOutTrial, unfinishedTrial } from './carry-out-trial.js'
import type { SweepEvent } from './events.js'
import { carryOutFinal } from './final.js'
import { OptunaSearcher } from './optuna-searcher.js'
import type { Importance, Sweep, SweepFinal, TrialRecord } from './record.js'
import { fixedSearcher, type Searcher } from './searcher.js'
import { readFinalStarts, SweepFolder } from './sweep-folder.js'
import { SweepJournal } from './sweep-journal.js'

/** Options of how a sweep is carried out, as opposed to what it is. */
export interface SweepRunsOptions extends Omit<CarryOutRunsOptions, 'evidence' | 'keepCheckpoints'> {
  /** Whether the best settings and the specification as it stands are compared at the end, over fresh seeds. */
  readonly final: boolean
  /** Whether parameters are weighed where Optuna had no part in the search; true by default. */
  readonly weighs?: boolean
  /** Address of Optuna's storage; without it, an SQLite file in the sweep's folder. */
  readonly storage?: string | undefined
}

/** Undertaking to carry out a sweep: what is left to try, and in which folder. */
export interface SweepUndertaking {
  readonly specification: Experiment
  readonly plan: SweepPlan
  readonly folder: SweepFolder
  readonly machine: MachineRecord
  readonly surroundings: MachineSurroundings
  readonly startedAt: string
  /** Trials that stand, of an earlier process; `null` when the sweep has only begun. */
  readonly kept: readonly TrialRecord[] | null
  /** Values of the trials that an earlier process began. */
  readonly begun: ReadonlyMap<string, TrialValues>
}

/**
 * Carries out a sweep in a new folder: every trial in each framework. Throws a `TwintuneError` when nothing could run or be
 * kept.
 */
export async function carryOutSweep(
  specification: Experiment,
  { runsDirectory, ...options }: SweepRunsOptions & { readonly runsDirectory: string },
  emit: (event: SweepEvent) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  checkInputFiles(specification)
  const plan = planSweep(specification)
  const surroundings = machineSurroundings(options)
  await withExecutor(options, cancelSignal, async (executor) => {
    const folder = SweepFolder.create(runsDirectory, specification)
    const machine = await recordMachine(await hashSpecification(folder.path))
    const startedAt = now()
    await workThroughSweep(
      { specification, plan, folder, machine, surroundings, startedAt, kept: null, begun: new Map() },
      { ...options, executor },
      emit,
      cancelSignal,
    )
  })
}

/** Carries out the trials that have no result yet, and returns when the last worker is gone and the folder is closed. */
export async function workThroughSweep(
  undertaking: SweepUndertaking,
  options: SweepRunsOptions,
  emit: (event: SweepEvent) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const { folder, kept } = undertaking
  const journal = new SweepJournal({ ...undertaking, kept: kept ?? [] }, emit)
  const signal = AbortSignal.any([cancelSignal, journal.broken])
  const workers = options.workers ?? WarmWorkers.none()
  try {
    await withExecutor(options, signal, (executor) =>
      searchAndCompare(undertaking, { ...options, workers, executor }, journal, signal),
    )
  } finally {
    if (options.workers === undefined) await workers.stop()
    folder.close()
  }
}

type Running = Omit<SweepRunsOptions, 'executor' | 'startWorker'> & {
  readonly workers: WarmWorkers
  readonly executor: Executor
}

async function searchAndCompare(
  undertaking: SweepUndertaking,
  options: Running,
  journal: SweepJournal,
  signal: AbortSignal,
): Promise<void> {
  const { specification, plan, folder, kept } = undertaking
  journal.event({
    time: now(),
    experiment: specification.name,
    sweepDirectory: folder.path,
    frameworks: [...plan.frameworks],
    trials: plan.trials + 1,
    ...(kept === null ? { type: 'sweep-started' } : { type: 'sweep-resumed', kept: kept.length }),
  })
  const optuna = needsOptuna(plan) ? await openOptuna(undertaking, options.storage, signal) : undefined
  try {
    const searcher = optuna ?? fixedSearcher(plan)
    await tryAll(undertaking, options, { journal, searcher, signal })
    journal.broken.throwIfAborted()
    if (!signal.aborted && (optuna || options.weighs !== false))
      journal.importance(await weigh(undertaking, journal.sweep, optuna, signal))
  } finally {
    await optuna?.stop()
  }
  // A trial whose objective is no number has ended, and has shown nothing.
  const hasBest = journal.sweep.best.length > 0
  const final =
    options.final && hasBest && !signal.aborted
      ? await compareBest(undertaking, options, journal, signal)
      : null
  journal.end(signal.aborted ? 'cancelled' : hasBest ? 'finished' : 'failed', final)
  journal.broken.throwIfAborted()
}

function needsOptuna({ settings }: SweepPlan): boolean {
  return settings.strategy === 'optuna' || settings.pruning !== 'none'
}

/** Opens Optuna, and tells it of all trials that an earlier process has begun or ended. */
async function openOptuna(
  { plan, specification, folder, kept, begun }: SweepUndertaking,
  storage: string | undefined,
  signal: AbortSignal,
): Promise<OptunaSearcher> {
  const optuna = new OptunaSearcher(plan, { specification, folder, storage, signal })
  try {
    await optuna.open()
    for (const run of planTrialRuns(plan)) {
      const known = kept?.find((record) => isSameTrial(record, run))
      const values = begun.get(keyOf(run))
      if (known ?? values) await optuna.takeUp(run, known ?? { values: values ?? {} })
    }
    return optuna
  } catch (error) {
    await optuna.stop()
    throw error
  }
}

/** Weighs the parameters. A search that Optuna had no part in needs it for nothing else, and does without. */
async function weigh(
  undertaking: SweepUndertaking,
  { trials }: Sweep,
  optuna: OptunaSearcher | undefined,
  signal: AbortSignal,
): Promise<Importance[]> {
  if (optuna) return optuna.importance()
  const kept = trials.map((trial): TrialRecord => ({ ...trial, history: [] }))
  try {
    const afterwards = await openOptuna({ ...undertaking, kept }, undefined, signal)
    try {
      return await afterwards.importance()
    } finally {
      await afterwards.stop()
    }
  } catch (error) {
    const problem = toFailure(error).message
    return undertaking.plan.frameworks.map((framework) => ({ framework, shares: null, problem }))
  }
}

/** Carries out the final comparison; `null` where the user cancels it. */
async function compareBest(
  { specification, plan, folder, kept }: SweepUndertaking,
  { workers, final: _, storage: _storage, ...running }: Running,
  journal: SweepJournal,
  signal: AbortSignal,
): Promise<SweepFinal | null> {
  try {
    return await carryOutFinal(journal.sweep, {
      ...{ specification, plan, workers, running, signal },
      runsDirectory: path.dirname(folder.path),
      logFileOf: (framework, number) => folder.logFileOf(framework, number),
      earlier: kept === null ? [] : readFinalStarts(folder.path),
      onEvent: (event) => journal.event(event),
    })
  } catch (error) {
    if (toFailure(error).code === 'CANCELLED' || signal.aborted) return null
    throw error
  }
}

interface Search {
  readonly journal: SweepJournal
  readonly searcher: Searcher
  readonly signal: AbortSignal
}

async function tryAll(
  { specification, plan, folder, surroundings, kept, begun }: SweepUndertaking,
  { parallel, workers, executor, hangTimeoutMinutes }: Running,
  { journal, searcher, signal }: Search,
): Promise<void> {
  const runs = planTrialRuns(plan).filter((run) => !kept?.some((record) => isSameTrial(record, run)))
  const pool = openJournaledPool(
    {
      mode: specification.mode,
      logFileOf: (framework, number) => folder.logFileOf(framework, number),
      ...{ signal, executor, workers, work: 'trials', hangTimeoutMinutes },
    },
    journal,
  )
  try {
    await schedule(runs, {
      pool,
      parallel,
      cores: os.availableParallelism(),
      signal,
      carryOut: async (run, worker, lane) => {
        try {
          const values = begun.get(keyOf(run)) ?? (await valuesOf(run))
          const { trial, framework } = run
          journal.event({ type: 'trial-started', time: now(), trial, framework, values })
          const record = await carryOutTrial(run, {
            ...{ plan, specification, values, worker, surroundings, signal },
            prepare: () => executor.enterLane(worker.worker, lane),
            folder: folder.makeFolderOf(run),
            resume: kept !== null,
            onEvent: (event) => journal.event(event),
            report: (epoch, value) => searcher.report(run, epoch, value),
          })
          await executor.leaveLane(worker.worker)
          if (record.status !== 'cancelled') await searcher.tell(run, record)
          journal.trial(run, record)
        } catch (error) {
          // Without its searcher, or its folder, the sweep can't go on.
          if (!signal.aborted) journal.break(error)
        }
      },
      giveUp: (run, failure) => {
        if (failure.code !== 'CANCELLED') journal.trial(run, unfinishedTrial(run, {}, failure))
      },
    })
  } finally {
    await pool.stop()
  }

  async function valuesOf(run: TrialRun): Promise<TrialValues> {
    return run.trial === 0 ? {} : decodeValues(plan.parameters, await searcher.codeOf(run))
  }
}

/** Names a trial in one framework. */
export function keyOf({ trial, framework }: Pick<TrialRun, 'trial' | 'framework'>): string {
  return `${trial} ${framework}`
}

function isSameTrial(
  one: Pick<TrialRun, 'trial' | 'framework'>,
  other: Pick<TrialRun, 'trial' | 'framework'>,
): boolean {
  return one.trial === other.trial && one.framework === other.framework
}
