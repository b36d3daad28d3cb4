import { cancelled, TwintuneError } from './failure.js'

/** Tells when to stop; an `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
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
