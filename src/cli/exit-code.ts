import type { Comparison } from '../compare/comparison.js'
import type { Failure, FailureCode } from '../failure.js'

/** Exit codes of the command, by their meaning. */
export const exitCodes = {
  done: 0,
  fault: 1,
  usage: 2,
  runFailed: 3,
  parityFailed: 4,
  environment: 5,
  cancelled: 130,
} as const

/** Exit code for a failure that ended a command. */
export function exitCodeOfFailure({ code }: Pick<Failure, 'code'>): number {
  return exitCodeByFailure[code]
}

/** Exit code for a comparison that came to an end. Failures of several kinds count as failed runs. */
export function exitCodeOfComparison({ status, runs, repeats, unjudged }: Comparison): number {
  if (status === 'cancelled') return exitCodes.cancelled
  const codes = new Set(
    [...[...runs, ...repeats].flatMap(({ failure }) => failure ?? []), ...unjudged].map(exitCodeOfFailure),
  )
  if (codes.has(exitCodes.fault)) return exitCodes.fault
  const [only = exitCodes.done, ...others] = codes
  return others.length > 0 ? exitCodes.runFailed : only
}

const exitCodeByFailure: Readonly<Record<FailureCode, number>> = {
  SPEC_NOT_FOUND: exitCodes.usage,
  SPEC_INVALID: exitCodes.usage,
  PERTURBATION_WITHOUT_EFFECT: exitCodes.usage,
  COMPARISON_NOT_FOUND: exitCodes.usage,
  COMPARISON_NOT_RESUMABLE: exitCodes.usage,
  COMPARISONS_NOT_MERGEABLE: exitCodes.usage,
  COMPARISON_IN_USE: exitCodes.usage,
  CACHE_UNREADABLE: exitCodes.usage,
  EXPORT_FORMAT_UNAVAILABLE: exitCodes.usage,
  ADDRESS_UNAVAILABLE: exitCodes.usage,
  DATASET_NOT_FOUND: exitCodes.runFailed,
  DATASET_EMPTY: exitCodes.runFailed,
  DATASET_ONE_CLASS: exitCodes.runFailed,
  DATASET_INVALID: exitCodes.runFailed,
  DATASET_UNAVAILABLE: exitCodes.runFailed,
  DATASET_CHANGED: exitCodes.runFailed,
  IMAGE_CORRUPT: exitCodes.runFailed,
  SPLIT_EMPTY: exitCodes.runFailed,
  WEIGHTS_NOT_FOUND: exitCodes.runFailed,
  WEIGHTS_MISMATCH: exitCodes.runFailed,
  WEIGHTS_UNAVAILABLE: exitCodes.runFailed,
  CHECKPOINT_CORRUPT: exitCodes.runFailed,
  CHECKPOINT_MISMATCH: exitCodes.runFailed,
  LOSS_NOT_FINITE: exitCodes.runFailed,
  BATCH_TOO_SMALL: exitCodes.runFailed,
  OUT_OF_MEMORY: exitCodes.runFailed,
  LIMIT_REACHED: exitCodes.runFailed,
  DEVICE_UNAVAILABLE: exitCodes.runFailed,
  PRECISION_UNAVAILABLE: exitCodes.runFailed,
  COMPILER_MISSING: exitCodes.runFailed,
  REPLICA_FAILED: exitCodes.runFailed,
  PYTHON_EXCEPTION: exitCodes.runFailed,
  PYTHON_DIED: exitCodes.runFailed,
  PYTHON_HUNG: exitCodes.runFailed,
  WORKER_DIED: exitCodes.runFailed,
  PREDICTIONS_UNUSABLE: exitCodes.runFailed,
  MODEL_UNUSABLE: exitCodes.runFailed,
  EXPORT_DISAGREES: exitCodes.parityFailed,
  FOLDER_UNWRITABLE: exitCodes.runFailed,
  FILE_UNWRITABLE: exitCodes.runFailed,
  TRACKER_FAILED: exitCodes.runFailed,
  INTERPRETER_MISSING: exitCodes.environment,
  INTERPRETER_UNUSABLE: exitCodes.environment,
  FRAMEWORK_MISSING: exitCodes.environment,
  PACKAGE_MISSING: exitCodes.environment,
  SETUP_FAILED: exitCodes.environment,
  CLUSTER_UNAVAILABLE: exitCodes.environment,
  CANCELLED: exitCodes.cancelled,
  INTERNAL: exitCodes.fault,
}
