import * as z from 'zod'

/** Every code that a failure can have; docs/failures.md says what each means and how to fix it. */
export const failureCodes = [
  // The specification or the command line (exit code 2).
  'SPEC_NOT_FOUND',
  'SPEC_INVALID',
  'PERTURBATION_WITHOUT_EFFECT',
  'COMPARISON_NOT_FOUND',
  'COMPARISON_NOT_RESUMABLE',
  'COMPARISONS_NOT_MERGEABLE',
  'COMPARISON_IN_USE',
  'CACHE_UNREADABLE',
  'EXPORT_FORMAT_UNAVAILABLE',
  'ADDRESS_UNAVAILABLE',
  // The data (3).
  'DATASET_NOT_FOUND',
  'DATASET_EMPTY',
  'DATASET_ONE_CLASS',
  'DATASET_INVALID',
  'DATASET_UNAVAILABLE',
  'DATASET_CHANGED',
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
  'BATCH_TOO_SMALL',
  'OUT_OF_MEMORY',
  'LIMIT_REACHED',
  'DEVICE_UNAVAILABLE',
  'PRECISION_UNAVAILABLE',
  'COMPILER_MISSING',
  'REPLICA_FAILED',
  'PYTHON_EXCEPTION',
  'PYTHON_DIED',
  'PYTHON_HUNG',
  'WORKER_DIED',
  'PREDICTIONS_UNUSABLE',
  'MODEL_UNUSABLE',
  'EXPORT_DISAGREES',
  'FOLDER_UNWRITABLE',
  'FILE_UNWRITABLE',
  'TRACKER_FAILED',
  // The Python environment (5).
  'INTERPRETER_MISSING',
  'INTERPRETER_UNUSABLE',
  'FRAMEWORK_MISSING',
  'PACKAGE_MISSING',
  'SETUP_FAILED',
  'CLUSTER_UNAVAILABLE',
  // The rest.
  'CANCELLED',
  'INTERNAL',
] as const

export const failureSchema = z.strictObject({
  code: z.enum(failureCodes),
  message: z.string().describe('Message for a person, in one or two sentences.'),
  hint: z
    .string()
    .nullable()
    .describe('Remedy for the failure: a command, or a change of the specification.'),
  cause: z
    .strictObject({
      type: z.string().describe('Class of the exception, or signal or exit code of the process.'),
      message: z.string(),
      detail: z.string().describe('Traceback of the exception, or the last lines that the process printed.'),
    })
    .nullable(),
})

/** Failure that is expected, as a value: a code, a message, a remedy and a cause. */
export type Failure = z.output<typeof failureSchema>
/** Code of a failure, which programs can tell failures apart by. */
export type FailureCode = Failure['code']

const environmentCodes: readonly FailureCode[] = [
  ...(['INTERPRETER_MISSING', 'INTERPRETER_UNUSABLE', 'FRAMEWORK_MISSING', 'PACKAGE_MISSING'] as const),
  'SETUP_FAILED',
  'CLUSTER_UNAVAILABLE',
]

/** Whether a failure is one of the Python environment, which every run of it has. */
export function isOfEnvironment({ code }: Pick<Failure, 'code'>): boolean {
  return environmentCodes.includes(code)
}

/** Failure of work that the user cancelled, or that never began for that reason. */
export const cancelled: Failure = { code: 'CANCELLED', message: 'Cancelled.', hint: null, cause: null }

/** Error that carries a failure through code that throws. One boundary turns it back into the value. */
export class TwintuneError extends Error {
  override readonly name: string = 'TwintuneError'
  /** Same as in `failure`. */
  readonly code: FailureCode
  /** Same as in `failure`. */
  readonly hint: string | null
  declare readonly failure: Failure

  constructor(failure: Omit<Failure, 'hint' | 'cause'> & Partial<Failure>) {
    const { code, message, hint = null, cause = null } = failure
    super(message, cause === null ? undefined : { cause })
    this.code = code
    this.hint = hint
    setUnprinted<TwintuneError>(this, { failure: { code, message, hint, cause } })
  }
}

/** Sets fields of an error that Node leaves out when it prints one uncaught: they repeat the message, at length. */
export function setUnprinted<E extends TwintuneError>(error: E, fields: Partial<E>): void {
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(error, name, { value })
}

/** Whether a thrown value is an error of the system, such as of a file that isn't there. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}

/** Whether a thrown value is an error of the system with one of these codes, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

const openFiles = {
  message: 'The limit of open files was reached',
  hint: 'Raise it and run the command again: `ulimit -n 1024`.',
}
const processes = {
  message: 'The limit of processes and threads was reached',
  hint: 'End what else runs, or raise the limit: `ulimit -u`, or that of the container.',
}

/** Failure of a process that may not open another file, or start another process or thread. */
export function limitReached(
  limit: 'files' | 'processes',
  reason: string,
  cause: Failure['cause'] = null,
): Failure {
  const { message, hint } = limit === 'files' ? openFiles : processes
  return { code: 'LIMIT_REACHED', message: `${message}: ${reason}.`, hint, cause }
}

/** Turns any thrown value into a failure. A value that is no `TwintuneError` counts as a fault of twintune itself. */
export function toFailure(error: unknown): Failure {
  if (error instanceof TwintuneError) return error.failure
  // So Node ends what waits for a signal.
  if (error instanceof Error && error.name === 'AbortError') return cancelled
  if (isSystemError(error) && error.syscall === 'uv_cwd')
    return {
      code: 'FILE_UNWRITABLE',
      message: 'The working directory was deleted.',
      hint: 'Change into a folder that is there.',
      cause: null,
    }
  if (hasCode(error, 'EMFILE', 'ENFILE')) return limitReached('files', String(error))
  if (isSystemError(error) && error.code === 'EAGAIN' && error.syscall?.startsWith('spawn'))
    return limitReached('processes', String(error))
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'INTERNAL',
    message: `A fault of twintune itself: ${message}`,
    hint: 'Please report it with the text below.',
    cause: { type: name, message, detail: stack ?? '' },
  }
}
