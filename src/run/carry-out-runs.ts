import os from 'node:os'
import { buildComparison } from '../compare/build-comparison.js'
import { completeComparison } from '../compare/complete-comparison.js'
import type { EvidenceOptions } from '../compare/evidence.js'
import type { Look } from '../compare/looks.js'
import type { Merged } from '../compare/merging.js'
import type { Statistics } from '../compare/paired-estimate.js'
import { withoutVerdict } from '../compare/shard-comparison.js'
import type { Event } from '../events.js'
import { isSameRun, planRuns, type Run } from '../plan/plan-runs.js'
import { runRequest } from '../plan/run-request.js'
import { pairedDifferenceMessage } from '../protocol/paired-difference.js'
import { pairsNeededMessage } from '../protocol/pairs-needed.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import { type Shard, seedsOfShard } from '../spec/shard.js'
import { carryOutRun, unfinishedResult } from './carry-out-run.js'
import { compareAnswers } from './compare-answers.js'
import type { Executor } from './executors/executor.js'
import type { ExecutorChoice } from './executors/with-executor.js'
import type { ComparisonFolder } from './folder/comparison-folder.js'
import { Journal, now } from './folder/journal.js'
import { judgeRuns, keepsSteps } from './judge-runs.js'
import { writableCache } from './machine/cache-directory.js'
import { whyBusy, whyDisturbed } from './machine/hardware.js'
import type { MachineRecord } from './machine/record.js'
import type { MachineSurroundings } from './machine/surroundings.js'
import { openJournaledPool } from './open-pool.js'
import { refuseOtherWeights } from './same-weights.js'
import { schedule } from './workers/scheduler.js'
import type { WarmWorkers } from './workers/warm-workers.js'

export interface CarryOutRunsOptions extends ExecutorChoice {
  /** Number of runs at the same time. */
  readonly parallel: number
  /** Whether features are taken from the cache, and kept there for other runs. */
  readonly featureCache: boolean
  /**
   * Whether the checkpoints of finished runs stay when the comparison has ended. By default they do where the
   * specification keeps earlier ones (`training.checkpoints.keep`).
   */
  readonly keepCheckpoints?: boolean | undefined
  /** Evidence that is gathered beside the runs. */
  readonly evidence: EvidenceOptions
  /** Minutes after which a Python that neither reports nor computes is ended; without them it is only told of. */
  readonly hangTimeoutMinutes?: number | undefined
  /** Warnings of the experiment, for the comparison's events. */
  readonly warnings?: readonly string[]
  /** Workers that an earlier comparison left, and that the next one gets. */
  readonly workers?: WarmWorkers | undefined
}

/** Undertaking to carry out an experiment: what is left to run, and in which folder. */
export interface Undertaking {
  /** Experiment with its shorthands written out. */
  readonly experiment: Experiment
  readonly folder: ComparisonFolder
  readonly machine: MachineRecord
  readonly surroundings: MachineSurroundings
  /** Results that stand, of runs that finished before; `null` when the comparison has only begun. */
  readonly kept: readonly RunResult[] | null
  /** Earlier looks at the result, with fewer seeds. */
  readonly looks: readonly Look[]
  /** Share of the experiment's runs that is carried out here; `null` where all are. */
  readonly shard: Shard | null
  /** Name of the sweep that a new comparison is the final of. */
  readonly sweep?: string | undefined
  /** Parts that the runs were merged from; `null` for a comparison of one part. */
  readonly merged: Merged | null
}

/**
 * Carries out the runs that have no result yet and compares all: fills the comparison's folder, tells what happens through
 * `emit`, and returns when the last worker is gone and the folder is closed.
 */
export async function carryOutRuns(
  { experiment, folder, machine, surroundings, kept, looks, shard, sweep, merged }: Undertaking,
  options: Omit<CarryOutRunsOptions, 'featureCache' | 'executor' | 'startWorker'> & {
    readonly executor: Executor
  },
  emit: (event: Event) => void,
  cancelSignal: AbortSignal,
): Promise<void> {
  const { parallel, evidence, workers, executor } = options
  const seeds = shard === null ? experiment.seeds : seedsOfShard(experiment.seeds, shard)
  const planned = planRuns(experiment).filter(({ seed }) => seeds.includes(seed))
  const runs = planned.filter((run) => !kept?.some((result) => isSameRun(result, run)))
  const journal = new Journal(folder, machine, kept ?? [], emit)
  const signal = AbortSignal.any([cancelSignal, journal.broken])
  const pool = openJournaledPool(
    {
      mode: experiment.mode,
      logFileOf: (framework, number) => folder.logFileOf(framework, number),
      ...{ signal, executor, workers, work: 'runs', hangTimeoutMinutes: options.hangTimeoutMinutes },
    },
    journal,
  )
  try {
    journal.event(firstEvent(experiment, { folder, evidence, runs, kept, shard, sweep }))
    for (const message of options.warnings ?? [])
      journal.event({ type: 'warning', time: now(), code: 'SUSPECT_SETTING', message })
    const { warning: unwritable } = writableCache()
    // The sweep that a final belongs to has said so.
    if (unwritable !== null && sweep === undefined)
      journal.event({ type: 'warning', time: now(), code: 'FOLDER_UNWRITABLE', message: unwritable })
    const busy = parallel === 1 && runs.length > 0 ? whyBusy() : null
    if (busy) journal.event({ type: 'warning', time: now(), code: 'MACHINE_BUSY', message: busy })
    await schedule(runs, {
      pool,
      parallel,
      cores: os.availableParallelism(),
      signal,
      carryOut: async (run, worker, lane) => {
        const request = runRequest(experiment, run, {
          ...surroundings,
          // A repeat shows how far computing anew comes from its first run, so that it computes its features too.
          featureCache: surroundings.featureCache && !run.repeat,
          runDirectory: folder.folderOf(run),
          resume: kept !== null,
          keepSteps: keepsSteps({ ...experiment, seeds }, run, evidence) ? 'chosen' : 'none',
        })
        folder.discardJudgement(run)
        const ended = await carryOutRun(run, worker, request, {
          onEvent: (event) => journal.event(event),
          signal,
          prepare: () => executor.enterLane(worker.worker, lane),
        })
        await executor.leaveLane(worker.worker)
        const result = refuseOtherWeights(ended, journal.results, experiment)
        const disturbed = parallel === 1 && result.status === 'finished' ? whyDisturbed(result) : null
        if (disturbed) {
          journal.event({ type: 'warning', time: now(), ...run, code: 'MACHINE_BUSY', message: disturbed })
        }
        journal.result(result)
      },
      giveUp: (run, failure) => journal.result(unfinishedResult(run, failure)),
    })
    const results = inOrder(planned, journal.results)
    const { judgements, problems } = await judgeRuns(experiment, results, {
      folder,
      seeds,
      pool,
      surroundings,
      evidence,
      onJudging: (judging) => journal.event({ type: 'judging', time: now(), ...judging }),
    })
    for (const problem of problems) journal.event({ type: 'warning', time: now(), ...problem })
    const answers = await compareAnswers(experiment, results, { folder, pool })
    journal.answers(answers)
    const counted = results.filter(({ repeat }) => !repeat)
    const statistics = {
      pairedDifference: (request) => pool.ask(pairedDifferenceMessage, request),
      pairsNeeded: (request) => pool.ask(pairsNeededMessage, request),
    } satisfies Statistics
    const compared = await buildComparison(experiment, counted, statistics, judgements, looks)
    const shown = shard === null ? compared : withoutVerdict(compared, shard, seeds)
    journal.comparison(
      completeComparison(shown, { experiment, results, answers, unjudged: problems, shard, merged }),
    )
    journal.broken.throwIfAborted()
    const { keepCheckpoints = experiment.training.checkpoints.keep > 0 } = options
    if (!keepCheckpoints)
      for (const run of results) if (run.status === 'finished') folder.discardCheckpoints(run)
  } finally {
    await pool.stop()
    folder.close()
  }
}

function firstEvent(
  { name, mode }: Experiment,
  {
    folder: { path },
    evidence,
    runs,
    kept,
    shard,
    sweep,
  }: Pick<Undertaking, 'folder' | 'kept' | 'shard' | 'sweep'> & {
    readonly evidence: EvidenceOptions
    readonly runs: Run[]
  },
): Event {
  const begun = { time: now(), experiment: name, mode, comparisonDirectory: path, evidence, runs }
  return kept === null
    ? {
        type: 'comparison-started',
        ...begun,
        ...(shard !== null && { shard }),
        ...(sweep !== undefined && { sweep }),
      }
    : { type: 'comparison-resumed', ...begun, kept: kept.length }
}

// Results are put into the planned order, in whichever order parallel runs ended.
function inOrder(runs: readonly Run[], results: readonly RunResult[]): RunResult[] {
  return runs.flatMap((run) => results.filter((result) => isSameRun(result, run)))
}
