import os from 'node:os'
import { buildComparison } from '../compare/build-comparison.js'
import type { Event } from '../events.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import { planRuns, type Run } from '../plan/plan-runs.js'
import { runRequest } from '../plan/run-request.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import { findPython } from '../worker/interpreter.js'
import { cacheDirectory } from './cache-directory.js'
import { carryOutRun, unfinishedResult } from './carry-out-run.js'
import { whyBusy } from './hardware.js'
import { checkInputFiles } from './input-files.js'
import { Journal, now } from './journal.js'
import { recordMachine } from './machine-record.js'
import { RunFolder } from './run-folder.js'
import { schedule } from './scheduler.js'
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js'

export interface CarryOutOptions {
  readonly runsDirectory: string
  /** Runs at the same time. */
  readonly parallel: number
  /** Another way to start a worker, for tests. */
  readonly startWorker?: NonNullable<WorkerPoolOptions['startWorker']>
}

/**
 * Carries out every run of an experiment and compares them: fills the run folder, tells what happens through `emit`,
 * and returns when the last worker is gone. Throws a `TwintuneError` when nothing could run or be kept.
 */
export async function carryOutExperiment(
  specification: Experiment,
  { runsDirectory, parallel, startWorker }: CarryOutOptions,
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  checkInputFiles(specification)
  const experiment = expandShorthands(specification)
  const runs = planRuns(experiment)
  const folder = RunFolder.create(runsDirectory, experiment)
  const journal = new Journal(folder, await recordMachine(folder.path), [], emit)
  const signal = AbortSignal.any([cancelSignal, journal.broken])
  const pool = new WorkerPool({
    logFileOf: (framework, number) => folder.logFileOf(framework, number),
    signal,
    onState: (framework, state) => journal.event({ type: 'worker', time: now(), framework, state }),
    onWarm: ({ framework, inspection }) => journal.inspection(framework, inspection),
    ...(startWorker && { startWorker }),
  })
  try {
    const surroundings = {
      resume: false,
      cacheDirectory: cacheDirectory(),
      torchPython: findPython('pytorch'),
    }
    const { name, mode } = experiment
    journal.event({
      type: 'comparison-started',
      time: now(),
      experiment: name,
      mode,
      runDirectory: folder.path,
      runs,
    })
    const busy = parallel === 1 ? whyBusy() : null
    if (busy) journal.event({ type: 'warning', time: now(), code: 'MACHINE_BUSY', message: busy })
    await schedule(runs, {
      pool,
      parallel,
      cores: os.availableParallelism(),
      signal,
      carryOut: async (run, worker) => {
        const request = runRequest(experiment, run, { ...surroundings, runDirectory: folder.folderOf(run) })
        journal.result(
          await carryOutRun(worker, request, { onEvent: (event) => journal.event(event), signal }),
        )
      },
      giveUp: (run, failure) => journal.result(unfinishedResult(run, failure)),
    })
    const results = inOrder(runs, journal.results)
    journal.comparison(
      await buildComparison(experiment, results, (request) => pool.pairedDifference(request)),
    )
    journal.broken.throwIfAborted()
  } finally {
    await pool.stop()
    folder.close()
  }
}

// As planned, in whichever order parallel runs ended.
function inOrder(runs: readonly Run[], results: readonly RunResult[]): RunResult[] {
  return runs.flatMap(({ framework, seed }) =>
    results.filter((result) => result.framework === framework && result.seed === seed),
  )
}
