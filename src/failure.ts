import * as z from 'zod'

/** Every code that a failure can have; docs/failures.md says of each what it means and what mends it. */
export const failureCodes = [
  // The specification or the command line (exit code 2).
  'SPEC_NOT_FOUND',
  'SPEC_INVALID',
  'PERTURBATION_WITHOUT_EFFECT',
  'RUN_NOT_FOUND',
  'RUN_NOT_RESUMABLE',
  'RUN_IN_USE',
  'CACHE_UNREADABLE',
  // The data (3).
  'DATASET_NOT_FOUND',
  'DATASET_EMPTY',
  'DATASET_ONE_CLASS',
  'DATASET_INVALID',
  'DATASET_UNAVAILABLE',
  'IMAGE_CORRUPT',
  'SPLIT_EMPTY',
  // The weights (3).
  'WEIGHTS_NOT_FOUND',
  'WEIGHTS_MISMATCH',
  'WEIGHTS_UNAVAILABLE',
  // A run (3).
  'CHECKPOINT_CORRUPT',
  'CHECKPOINT_MISMATCH',
  'LOSS_NOT_FINITE',
  'NOTHING_TO_TRAIN',
  'BATCH_TOO_SMALL',
  'OUT_OF_MEMORY',
  'DEVICE_UNAVAILABLE',
  'PRECISION_UNAVAILABLE',
  'COMPILER_MISSING',
  'PYTHON_EXCEPTION',
  'PYTHON_DIED',
  'WORKER_DIED',
  'PREDICTIONS_UNUSABLE',
  'RUN_FOLDER_UNWRITABLE',
  'FILE_UNWRITABLE',
  // The Python environment (5).
  'INTERPRETER_MISSING',
  'INTERPRETER_UNUSABLE',
  'FRAMEWORK_MISSING',
  'PACKAGE_MISSING',
  // The rest.
  'CANCELLED',
  'INTERNAL',
] as const

export const failureSchema = z.strictObject({
  code: z.enum(failureCodes),
  message: z.string().describe('One or two sentences for a person.'),
  hint: z.string().nullable().describe('What mends it: a command or a change of the specification.'),
  cause: z
    .strictObject({
      type: z.string().describe("The exception's class, or the signal or exit code of a process."),
      message: z.string(),
      detail: z.string().describe('A traceback, or the last lines that a process said.'),
    })
    .nullable(),
})

/** An expected failure, as a value. */
export type Failure = z.output<typeof failureSchema>
export type FailureCode = Failure['code']

/** What comes of work that the user stopped, or that never began for that reason. */
export const cancelled: Failure = { code: 'CANCELLED', message: 'Cancelled.', hint: null, cause: null }

/** Carries a failure across code that throws; turned back into the value at one boundary. */
export class TwintuneError extends Error {
  override readonly name: string = 'TwintuneError'
  readonly failure: Failure

  constructor(failure: Omit<Failure, 'hint' | 'cause'> & Partial<Failure>) {
    super(failure.message)
    this.failure = { hint: null, cause: null, ...failure }
  }
}

/** Any thrown value as a failure; what is not ours is a fault of twintune itself. */
export function toFailure(error: unknown): Failure {
  if (error instanceof TwintuneError) return error.failure
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'INTERNAL',
    message: `A fault of twintune itself: ${message}`,
    hint: 'Please report it with the text below.',
    cause: { type: name, message, detail: stack ?? '' },
  }
}
