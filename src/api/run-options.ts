import type { CancelSignal } from '../cancellation.js'
import type { EvidenceOptions } from '../compare/evidence.js'
import { TwintuneError } from '../failure.js'
import type { ExecutorOptions, LocalExecutorOptions, RayExecutorOptions } from '../run/executors/executor.js'
import type { WarmWorkers } from '../run/workers/warm-workers.js'
import type { Shard } from '../spec/shard.js'
import type { Trackers } from '../tracking/trackers.js'
import { checkChoice, checkOptionNames, type OptionNames } from './arguments.js'

/** Options of how an experiment is carried out, as opposed to what it is. */
export interface RunOptions {
  /**
   * Folder that the comparison's own folder is made in.
   * @defaultValue `runs` in the working directory
   */
  readonly runsDirectory?: string | undefined
  /**
   * Share of the runs that is carried out, such as `{ number: 1, of: 4 }`: whole pairs, by their seeds. `merge` joins the
   * folders of all shards.
   * @defaultValue none: all runs are carried out
   */
  readonly shard?: Shard | undefined
  /**
   * Number of runs that go on at the same time. With more than one they disturb each other's times.
   * @defaultValue 1
   */
  readonly parallel?: number | undefined
  /**
   * Whether the features that a frozen backbone computes are taken from the cache, and kept there for other runs.
   * @defaultValue true
   */
  readonly featureCache?: boolean | undefined
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
  /**
   * Trackers that are told of the comparison: a CSV file, TensorBoard, MLflow, Weights & Biases. One that fails yields a
   * `warning` and costs nothing else.
   * @defaultValue none
   */
  readonly track?: Trackers | undefined
  /**
   * Place where the runs are carried out: processes on this machine, or a Ray cluster.
   * @defaultValue `{ name: 'local' }`
   */
  readonly executor?: ExecutorOptions | undefined
  /**
   * Whether `report.html` and `report.md` are written into the comparison's folder at the end. Where they can't be, there is a `warning`.
   * @defaultValue true
   */
  readonly report?: boolean | undefined
  /** Workers that are warm already, and stay so for the next comparison; see `withWarmWorkers`. */
  readonly workers?: WarmWorkers | undefined
  /**
   * Signal that cancels when it is aborted: the runs are stopped, and their results so far are kept. Where it was aborted
   * before, nothing begins, and no folder is made.
   */
  readonly signal?: CancelSignal | undefined
}

/** Options of how an interrupted comparison is resumed. Its evidence is what it began with, unless they name other evidence. */
export type ResumeOptions = Omit<RunOptions, 'runsDirectory' | 'shard'>

/** Names of the options of resuming. */
export const resumeOptionNames: OptionNames<ResumeOptions> = {
  ...{ parallel: true, featureCache: true, replay: true, crossEvaluation: true, keepCheckpoints: true },
  ...{ hangTimeoutMinutes: true, track: true, executor: true, report: true, workers: true, signal: true },
}

/** Names of the options of carrying an experiment out. */
export const runOptionNames: OptionNames<RunOptions> = {
  ...resumeOptionNames,
  ...{ runsDirectory: true, shard: true },
}

/**
 * Checks the options that all ways to carry a comparison out have in common, and fills in their defaults. Evidence that the
 * options leave out is decided elsewhere.
 *
 * @throws TwintuneError SPEC_INVALID for a number that can be none, and for workers that have been stopped.
 */
export function checkOptions({
  parallel = 1,
  featureCache = true,
  replay,
  crossEvaluation,
  keepCheckpoints,
  hangTimeoutMinutes,
  executor,
  workers,
}: ResumeOptions) {
  if (!Number.isInteger(parallel) || parallel < 1)
    throw invalid(`parallel must be a whole number from 1 up, not ${parallel}`)
  if (hangTimeoutMinutes !== undefined && !(Number.isFinite(hangTimeoutMinutes) && hangTimeoutMinutes > 0))
    throw invalid(`hangTimeoutMinutes must be a number above 0, not ${hangTimeoutMinutes}`)
  checkExecutor(executor)
  workers?.requireWarm()
  const evidence: Partial<EvidenceOptions> = {
    ...(replay !== undefined && { replay }),
    ...(crossEvaluation !== undefined && { crossEvaluation }),
  }
  return { parallel, featureCache, evidence, keepCheckpoints, hangTimeoutMinutes, executor, workers }
}

function checkExecutor(executor: ExecutorOptions | undefined): void {
  if (executor === undefined) return
  checkChoice('executor.name', executor.name, ['local', 'ray'])
  if (executor.name === 'local') {
    checkOptionNames<LocalExecutorOptions>('executor', executor, { name: true })
    return
  }
  checkOptionNames<RayExecutorOptions>('executor', executor, {
    name: true,
    address: true,
    cpus: true,
    gpus: true,
    memoryGib: true,
  })
  for (const [option, smallest] of [
    ['cpus', 'above'],
    ['gpus', 'from'],
    ['memoryGib', 'above'],
  ] as const) {
    const value = executor[option]
    if (
      value === undefined ||
      (Number.isFinite(value) && (value > 0 || (smallest === 'from' && value === 0)))
    )
      continue
    throw invalid(
      `executor.${option} must be a number ${smallest} 0${smallest === 'from' ? ' up' : ''}, not ${value}`,
    )
  }
}

function invalid(message: string): TwintuneError {
  return new TwintuneError({ code: 'SPEC_INVALID', message })
}
