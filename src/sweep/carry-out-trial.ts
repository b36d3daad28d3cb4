import { type Failure, toFailure } from '../failure.js'
import { runOf } from '../plan/plan-runs.js'
import type { SweepPlan, TrialRun } from '../plan/plan-sweep.js'
import { runRequest } from '../plan/run-request.js'
import type { TrialValues } from '../plan/sweep-values.js'
import type { EpochRecord, RunResult } from '../protocol/result.js'
import { carryOutRun } from '../run/carry-out-run.js'
import type { MachineSurroundings } from '../run/machine/surroundings.js'
import type { FrameworkWorker } from '../run/workers/framework-worker.js'
import type { Experiment } from '../spec/schema.js'
import type { SweepEvent } from './events.js'
import type { TrialRecord } from './record.js'
import { trialRunExperiment } from './trial-experiment.js'

export interface TrialOptions {
  readonly plan: SweepPlan
  readonly specification: Experiment
  readonly values: TrialValues
  readonly worker: FrameworkWorker
  /** Prepares the worker for the trial, with the processors that it is to have. */
  readonly prepare: () => Promise<void>
  readonly surroundings: MachineSurroundings
  /** Path of the trial's own folder, which exists. */
  readonly folder: string
  /** Whether to go on from the last checkpoint, where there is one. */
  readonly resume: boolean
  readonly signal: AbortSignal
  readonly onEvent: (event: SweepEvent) => void
  /** Tells the objective after an epoch, where trials are pruned; resolves to whether the trial should end. */
  readonly report: (epoch: number, value: number | null) => Promise<boolean>
}

/**
 * Carries out one trial on a warm worker, to whatever end. Rejects only where the objective can't be told. Nothing that its run's test
 * found is in the record.
 */
export async function carryOutTrial(run: TrialRun, options: TrialOptions): Promise<TrialRecord> {
  const { plan, specification, values, worker, prepare, surroundings, folder, resume, signal } = options
  const { onEvent, report } = options
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  const pruning = new AbortController()
  let experiment: Experiment
  try {
    experiment = trialRunExperiment(specification, values)
  } catch (error) {
    return unfinishedTrial(run, values, toFailure(error))
  }
  const planned = experiment.training.phases.reduce((sum, { epochs }) => sum + epochs, 0)
  const request = runRequest(experiment, runOf(run), {
    ...surroundings,
    runDirectory: folder,
    resume,
    keepSteps: 'none',
    // A trial is known by its validation. Writing each model takes longer than training a small head.
    keepModel: false,
  })
  let done = 0
  let lost: { readonly error: unknown } | undefined
  const onEpoch = async (value: number | null): Promise<void> => {
    done += 1
    try {
      // A trial that has come to its last epoch has cost what it costs.
      if ((await report(done, value)) && done < planned) pruning.abort()
    } catch (error) {
      lost ??= { error }
      pruning.abort()
    }
  }
  const result = await carryOutRun(runOf(run), worker, request, {
    onEvent: (event) => {
      // A trial whose node was lost tells again of epochs that no checkpoint has.
      if (event.type === 'run-placed') done = 0
      if (event.type === 'run-resumed') done = event.epochs.length
      if (event.type === 'warning') {
        const { code, message, time } = event
        onEvent({ type: 'warning', time, code, message, trial: run.trial, framework: run.framework })
      }
      if (event.type !== 'epoch') return
      const { type: _, seed: _seed, repeat: _repeat, ...epoch } = event
      onEvent({ ...epoch, type: 'trial-epoch', trial: run.trial })
    },
    // An epoch on cached features is over sooner than Optuna answers, so that trials would be ended by chance.
    afterEpoch: plan.settings.pruning === 'none' ? undefined : (epoch) => onEpoch(objectiveOf(plan, epoch)),
    signal: AbortSignal.any([signal, pruning.signal]),
    prepare,
  })
  if (lost && !signal.aborted) throw lost.error
  return recordOf(run, values, result, {
    plan,
    seconds: seconds(),
    isPruned: pruning.signal.aborted && !signal.aborted,
  })
}

/** Makes the record of a trial that could not begin. */
export function unfinishedTrial(run: TrialRun, values: TrialValues, failure: Failure): TrialRecord {
  return {
    trial: run.trial,
    framework: run.framework,
    status: failure.code === 'CANCELLED' ? 'cancelled' : 'failed',
    values,
    objective: null,
    epochs: 0,
    seconds: 0,
    failure,
    history: [],
  }
}

function recordOf(
  { trial, framework }: TrialRun,
  values: TrialValues,
  result: RunResult,
  {
    plan,
    seconds,
    isPruned,
  }: { readonly plan: SweepPlan; readonly seconds: number; readonly isPruned: boolean },
): TrialRecord {
  const ended = { trial, framework, values, epochs: result.epochs.length, seconds, history: result.epochs }
  if (result.status === 'finished') {
    const objective = finalObjective(plan, result)
    return { ...ended, status: 'finished', objective, failure: null }
  }
  if (result.failure.code === 'CANCELLED' && isPruned)
    return { ...ended, status: 'pruned', objective: null, failure: null }
  return { ...ended, status: result.status, objective: null, failure: result.failure }
}

/** Gives the objective of the weights that a run ended with: early stopping may have restored those of an earlier epoch. */
function finalObjective(
  plan: SweepPlan,
  { facts, epochs }: Extract<RunResult, { status: 'finished' }>,
): number | null {
  const last = epochs.at(-1)
  const weightsOf = facts.phases.at(-1)?.weightsOf ?? last?.epoch
  const record = epochs.findLast(({ phase, epoch }) => phase === last?.phase && epoch === weightsOf)
  return record === undefined ? null : objectiveOf(plan, record)
}

function objectiveOf({ metric }: SweepPlan, { validation }: Pick<EpochRecord, 'validation'>): number | null {
  return validation?.[metric] ?? null
}
