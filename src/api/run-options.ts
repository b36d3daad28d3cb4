import type { CancelSignal } from '../cancellation.js'
import type { EvidenceOptions } from '../compare/evidence.js'
import { TwintuneError } from '../failure.js'
import type { WarmWorkers } from '../run/workers/warm-workers.js'

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

/** Picks the evidence that the options name; what they leave out is decided elsewhere. */
export function chosenEvidence({
  replay,
  crossEvaluation,
}: Pick<RunOptions, 'replay' | 'crossEvaluation'>): Partial<EvidenceOptions> {
  return {
    ...(replay !== undefined && { replay }),
    ...(crossEvaluation !== undefined && { crossEvaluation }),
  }
}

/**
 * Checks a time limit for hung Pythons.
 *
 * @throws TwintuneError SPEC_INVALID for what is no number of minutes above 0.
 */
export function checkMinutes(hangTimeoutMinutes: number | undefined): void {
  if (hangTimeoutMinutes === undefined) return
  if (Number.isFinite(hangTimeoutMinutes) && hangTimeoutMinutes > 0) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `hangTimeoutMinutes must be a number above 0, not ${hangTimeoutMinutes}`,
  })
}

/**
 * Checks a number of runs that go on at the same time.
 *
 * @throws TwintuneError SPEC_INVALID for what is no whole number from 1 up.
 */
export function checkParallel(parallel: number): void {
  if (Number.isInteger(parallel) && parallel >= 1) return
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `parallel must be a whole number from 1 up, not ${parallel}`,
  })
}
