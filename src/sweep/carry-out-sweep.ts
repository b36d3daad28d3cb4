import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { toFailure } from '../failure.js'
import { planSweep, planTrialRuns, type TrialRun } from '../plan/plan-sweep.js'
import { decodeValues, type TrialValues } from '../plan/sweep-values.js'
import { gridWarnings } from '../plan/warnings.js'
import type { CarryOutRunsOptions } from '../run/carry-out-runs.js'
import type { Executor } from '../run/executors/executor.js'
import { withExecutor } from '../run/executors/with-executor.js'
import { now } from '../run/folder/journal.js'
import { hashSpecification } from '../run/folder/specification.js'
import { checkInputFiles } from '../run/input-files.js'
import { writableCache } from '../run/machine/cache-directory.js'
import { recordMachine } from '../run/machine/record.js'
import { machineSurroundings } from '../run/machine/surroundings.js'
import { openJournaledPool } from '../run/open-pool.js'
import { schedule } from '../run/workers/scheduler.js'
import { WarmWorkers } from '../run/workers/warm-workers.js'
import type { Experiment } from '../spec/schema.js'
import { carryOutTrial, unfinishedTrial } from './carry-out-trial.js'
import type { SweepEvent } from './events.js'
import { isWorthAnotherTry } from './failed-trials.js'
import { carryOutFinal } from './final.js'
import { needsOptuna, openOptuna, weigh } from './open-optuna.js'
import type { SweepFinal } from './record.js'
import { fixedSearcher, type Searcher } from './searcher.js'
import { readFinalStarts, SweepFolder, sweepFiles } from './sweep-folder.js'
import { SweepJournal } from './sweep-journal.js'
import { isSameTrial, keyOf, type SweepUndertaking } from './undertaking.js'

/** Options of how a sweep is carried out, as opposed to what it is. */
export interface SweepRunsOptions extends Omit<CarryOutRunsOptions, 'evidence' | 'keepCheckpoints'> {
  /** Whether the best settings and the specification as it stands are compared at the end, over fresh seeds. */
  readonly final: boolean
  /** Whether parameters are weighed where Optuna had no part in the search; true by default. */
  readonly weighs?: boolean
  /** Address of Optuna's storage; without it, an SQLite file in the sweep's folder. */
  readonly storage?: string | undefined
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
    try {
      const machine = await recordMachine(await hashSpecification(folder.path))
      const startedAt = now()
      await workThroughSweep(
        { specification, plan, folder, machine, surroundings, startedAt, kept: null, begun: new Map() },
        { ...options, executor },
        emit,
        cancelSignal,
      )
    } catch (error) {
      if (!existsSync(path.join(folder.path, sweepFiles.trials)) && !isExplainedIn(folder.path, error))
        folder.discard()
      throw error
    }
  })
}

/** Tells whether a failure sends its reader to a file in a folder, such as a log. */
function isExplainedIn(folder: string, error: unknown): boolean {
  const { message, hint } = toFailure(error)
  return `${message} ${hint}`.includes(folder)
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
  for (const message of [...gridWarnings(specification), ...(options.warnings ?? [])])
    journal.event({ type: 'warning', time: now(), code: 'SUSPECT_SETTING', message })
  const { warning: unwritable } = writableCache()
  if (unwritable !== null)
    journal.event({ type: 'warning', time: now(), code: 'FOLDER_UNWRITABLE', message: unwritable })
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
      sweepDirectory: folder.path,
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
          // What is tried again must not have ended for the searcher.
          if (record.status !== 'cancelled' && !isWorthAnotherTry(record)) await searcher.tell(run, record)
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
