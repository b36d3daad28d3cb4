import type { CancelSignal } from './cancellation.js'
import type { Comparison } from './compare/comparison.js'
import { defaultEvidence, type EvidenceOptions } from './compare/evidence.js'
import type { Verification, VerifyEvent } from './compare/verification.js'
import type { Event } from './events.js'
import { TwintuneError } from './failure.js'
import type { Perturbation } from './protocol/perturbation.js'
import { eventStream } from './run/event-stream.js'
import { defaultRunsDirectory } from './run/folder/files.js'
import type { WarmWorkers } from './run/workers/warm-workers.js'
import type { Experiment } from './spec/schema.js'

export type { CancelSignal } from './cancellation.js'
export type {
  Comparison,
  ContractRow,
  Difference,
  MetricComparison,
  PairedEstimate,
  ThroughputComparison,
} from './compare/comparison.js'
export type { Disagreement, DisagreementDetails } from './compare/disagreement.js'
export type { EvidenceOptions } from './compare/evidence.js'
export type { Distance, Noise, NoiseRow } from './compare/noise.js'
export type { MetricSummary } from './compare/summary.js'
export type { Verification, VerificationRecord, VerifyEvent } from './compare/verification.js'
export type { Event, EventOf } from './events.js'
export { type Failure, type FailureCode, TwintuneError } from './failure.js'
export type { BackboneLine } from './lines/backbone.js'
export type { CacheClearedLine, CacheEntryLine } from './lines/cache.js'
export type { ComparisonListedLine, ComparisonShownLine } from './lines/comparison.js'
export type { DataLine } from './lines/data.js'
export type { DoctorLine } from './lines/doctor.js'
export type { FailureLine } from './lines/failure.js'
export type { LrFindLine } from './lines/lr-find.js'
export type { PrunedLine } from './lines/prune.js'
export type { ReportLine } from './lines/report.js'
export type { ValidateIssue } from './lines/validate.js'
export type { ViewLine } from './lines/view.js'
export type { EvaluationDetails } from './protocol/evaluation.js'
export type { Facts, TrainedPhase } from './protocol/facts.js'
export type { Rounding } from './protocol/judge-rounding.js'
export type { Rung } from './protocol/judge-rungs.js'
export type { FrameworkDifference } from './protocol/measure-differences.js'
export type { Perturbation } from './protocol/perturbation.js'
export type {
  EpochRecord,
  EvaluationMetrics,
  FinishedRun,
  RunResult,
  StepProfile,
  TrainingMetrics,
  UnfinishedRun,
} from './protocol/result.js'
export type { WarmWorkers } from './run/workers/warm-workers.js'
export { defineExperiment } from './spec/define-experiment.js'
export type { SpecIssue } from './spec/issue.js'
export { type LoadOptions, loadExperiment } from './spec/load.js'
export type { Experiment, ExperimentInput, Framework } from './spec/schema.js'
export { SpecError } from './spec/spec-error.js'
export type { Phase } from './spec/training-schema.js'

/** Options of how an experiment is carried out, as opposed to what it is. */
export interface RunOptions {
  /**
   * Folder that the comparison's own folder is made in.
   * @defaultValue `runs` in the working directory
   */
  readonly runsDirectory?: string
  /**
   * Number of runs that go on at the same time. With more than one they disturb each other's times.
   * @defaultValue 1
   */
  readonly parallel?: number
  /**
   * Whether the features that a frozen backbone computes are taken from the cache, and kept there for other runs.
   * @defaultValue true
   */
  readonly featureCache?: boolean
  /**
   * Seeds whose runs keep a few training steps, which the other framework then takes again from the same state.
   * @defaultValue `first`
   */
  readonly replay?: EvidenceOptions['replay'] | undefined
  /**
   * Whether each framework tests the other's models.
   * @defaultValue true
   */
  readonly crossEvaluation?: boolean | undefined
  /**
   * Whether the checkpoints of finished runs stay when the comparison has ended.
   * @defaultValue true where the specification keeps earlier ones (`training.checkpoints.keep`), else false
   */
  readonly keepCheckpoints?: boolean | undefined
  /**
   * Minutes after which a Python that neither reports nor computes anything counts as hung, and is ended.
   * @defaultValue none: after two minutes of silence there is a warning, and no more
   */
  readonly hangTimeoutMinutes?: number | undefined
  /** Workers that are warm already, and stay so for the next comparison; see `withWarmWorkers`. */
  readonly workers?: WarmWorkers
  /** Signal that cancels when it is aborted: the runs are stopped, and their results so far are kept. */
  readonly signal?: CancelSignal
}

/**
 * Runs every framework × seed of an experiment and yields what happens, up to `comparison-finished`. A run that fails
 * yields `run-failed` and leaves the others alone. Leaving the loop cancels; the iterator ends when the workers have.
 *
 * @throws TwintuneError When nothing could run: a data set or a weights file isn't there, or the comparison's folder can't be written.
 */
export async function* runExperiment(
  experiment: Experiment,
  options: RunOptions = {},
): AsyncGenerator<Event, void, void> {
  const { runsDirectory = defaultRunsDirectory, parallel = 1, featureCache = true } = options
  const { keepCheckpoints, hangTimeoutMinutes, workers, signal } = options
  const evidence = { ...defaultEvidence, ...chosenEvidence(options) }
  checkParallel(parallel)
  checkMinutes(hangTimeoutMinutes)
  // Code that starts processes is loaded only now, so that importing twintune stays light.
  const { carryOutExperiment } = await import('./run/carry-out-experiment.js')
  yield* eventStream<Event>(
    (emit, cancelSignal) =>
      carryOutExperiment(
        experiment,
        { runsDirectory, parallel, featureCache, evidence, keepCheckpoints, hangTimeoutMinutes, workers },
        emit,
        cancelSignal,
      ),
    signal,
  )
}

/** Options of how an interrupted comparison is resumed. Its evidence is what it began with, unless they name other evidence. */
export type ResumeOptions = Omit<RunOptions, 'runsDirectory'>

/**
 * Resumes the comparison in a folder: keeps the results of the runs that finished, takes the others up at
 * their last checkpoints, or anew where there is none, and yields what happens, up to `comparison-finished`. Runs that a
 * framework failed to judge are judged then. A finished comparison yields that event alone.
 *
 * @param comparisonDirectory - Path of the comparison's folder, as `comparison-started` names it.
 * @throws TwintuneError When there is no comparison in the folder, another version of twintune began it, its spec.yaml was changed, or
 * another process works on it.
 */
export async function* resumeComparison(
  comparisonDirectory: string,
  options: ResumeOptions = {},
): AsyncGenerator<Event, void, void> {
  const { parallel = 1, featureCache = true, keepCheckpoints, workers, signal } = options
  const { hangTimeoutMinutes } = options
  const evidence = chosenEvidence(options)
  checkParallel(parallel)
  checkMinutes(hangTimeoutMinutes)
  const { resumeExperiment } = await import('./run/resume-experiment.js')
  yield* eventStream<Event>(
    (emit, cancelSignal) =>
      resumeExperiment(
        comparisonDirectory,
        { parallel, featureCache, evidence, keepCheckpoints, hangTimeoutMinutes, workers },
        emit,
        cancelSignal,
      ),
    signal,
  )
}

/**
 * Runs every framework × seed of an experiment and compares the frameworks. Failed runs are among the comparison's
 * `runs`.
 *
 * @throws TwintuneError When nothing could run: a data set or a weights file isn't there, or the comparison's folder can't be written.
 */
export async function compare(
  experiment: Experiment,
  options: RunOptions & {
    /** Callback that is told of everything that happens, as it happens. */
    readonly onEvent?: (event: Event) => void
  } = {},
): Promise<Comparison> {
  let comparison: Comparison | undefined
  for await (const event of runExperiment(experiment, options)) {
    if (event.type === 'comparison-finished') comparison = event.comparison
    options.onEvent?.(event)
  }
  if (!comparison)
    throw new TwintuneError({ code: 'INTERNAL', message: 'A comparison ended without a result.' })
  return comparison
}

/**
 * Calls a function with workers that stay warm from one comparison to the next: a sweep over settings starts and imports
 * the frameworks once. The function passes the workers on as `workers`; they are stopped in the end.
 *
 * @example
 * const comparisons = await withWarmWorkers(async (workers) => {
 *   const done = []
 *   for (const experiment of experiments) done.push(await compare(experiment, { workers }))
 *   return done
 * })
 */
export async function withWarmWorkers<T>(use: (workers: WarmWorkers) => Promise<T>): Promise<T> {
  const { WarmWorkers } = await import('./run/workers/warm-workers.js')
  const workers = WarmWorkers.none()
  try {
    return await use(workers)
  } finally {
    await workers.stop()
  }
}

/** Options of the parity ladder. */
export interface VerifyOptions {
  /**
   * Whether the first phase alone is looked at, without the recordings in which everything trains.
   * @defaultValue false
   */
  readonly phaseOnly?: boolean
  /** Difference to plant in PyTorch, to see that the ladder finds it. */
  readonly perturbation?: Perturbation
  /** Callback that is told of each rung as it is judged, and in idiomatic mode of each difference. */
  readonly onEvent?: (event: VerifyEvent) => void
  /** Signal that cancels when it is aborted. */
  readonly signal?: CancelSignal
}

/**
 * Climbs the parity ladder of an experiment with its first seed: holds pixels, weights, features, logits, losses,
 * gradients, optimiser and ten steps of the two frameworks against each other in float64, and their rounding in the
 * experiment's own precision. Rungs that fail are among the verification's `rungs`. In idiomatic mode, where no rung
 * could hold, `differences` lists the differences between the two libraries, each with its effect on the first batch.
 *
 * @throws TwintuneError When the experiment isn't of both frameworks, or one of them can't be used, or its data, weights
 * or device, or when it is cancelled.
 */
export async function verify(experiment: Experiment, options: VerifyOptions = {}): Promise<Verification> {
  const { phaseOnly = false, perturbation = null, onEvent, signal } = options
  const { verifyExperiment } = await import('./run/one-off/verify-experiment.js')
  const events = eventStream<VerifyEvent>(
    (emit, cancelSignal) => verifyExperiment(experiment, { phaseOnly, perturbation }, emit, cancelSignal),
    signal,
  )
  let verification: Verification | undefined
  for await (const event of events) {
    if (event.type === 'verify-finished') {
      const { type: _, ...finished } = event
      verification = finished
    }
    onEvent?.(event)
  }
  if (!verification)
    throw new TwintuneError({ code: 'INTERNAL', message: 'A ladder ended without a result.' })
  return verification
}

function chosenEvidence({
  replay,
  crossEvaluation,
}: Pick<RunOptions, 'replay' | 'crossEvaluation'>): Partial<EvidenceOptions> {
  return {
    ...(replay !== undefined && { replay }),
    ...(crossEvaluation !== undefined && { crossEvaluation }),
  }
}

function checkMinutes(hangTimeoutMinutes: number | undefined): void {
  if (hangTimeoutMinutes === undefined) return
  if (Number.isFinite(hangTimeoutMinutes) && hangTimeoutMinutes > 0) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `hangTimeoutMinutes must be a number above 0, not ${hangTimeoutMinutes}`,
  })
}

function checkParallel(parallel: number): void {
  if (Number.isInteger(parallel) && parallel >= 1) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `parallel must be a whole number from 1 up, not ${parallel}`,
  })
}
