import { cancelled, TwintuneError } from './failure.js'

/** Tells when to stop; an `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean
  /** Adds a listener, which is called when the signal is aborted. */
  addEventListener(type: 'abort', listener: () => void): void
  /** Removes a listener that was added. */
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * Does work with an AbortSignal of its own, which is aborted when `signal` is. A signal of another library has no more than
 * the fields of `CancelSignal`.
 *
 * @throws TwintuneError CANCELLED where `signal` was aborted before, without beginning the work.
 */
export async function withAbortSignal<T>(
  signal: CancelSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  refuseIfAborted(signal)
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  signal?.addEventListener('abort', abort)
  try {
    return await work(controller.signal).catch(throwCancelled)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/**
 * Refuses a signal that has been aborted.
 *
 * @throws TwintuneError CANCELLED
 */
export function refuseIfAborted(signal: CancelSignal | undefined): void {
  if (signal?.aborted) throw new TwintuneError(cancelled)
}

/** Throws an error on, with that of Node for an aborted signal as CANCELLED. */
export function throwCancelled(error: unknown): never {
  throw error instanceof Error && error.name === 'AbortError' ? new TwintuneError(cancelled) : error
}

/** Settles as `promise` does, or rejects with CANCELLED as soon as `signal` is aborted. */
export async function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, stopWaiting } = rejectOnAbort(signal)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stopWaiting()
  }
}

function rejectOnAbort(signal: AbortSignal): { promise: Promise<never>; stopWaiting: () => void } {
  let listener = (): void => {}
  const promise = new Promise<never>((_resolve, reject) => {
    listener = () => reject(new TwintuneError(cancelled))
    if (signal.aborted) listener()
    else signal.addEventListener('abort', listener, { once: true })
  })
  return { promise, stopWaiting: () => signal.removeEventListener('abort', listener) }
}
