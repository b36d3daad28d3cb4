import { type CancelSignal, refuseIfAborted, throwCancelled } from '../cancellation.js'

/**
 * Turns work that tells what happens into an async iterator of what it tells. Nothing is lost when the reader is
 * slow, and the work doesn't wait for it. Leaving the loop, or aborting `cancelSignal`, aborts the work's signal; in
 * every case the iterator ends only when the work has ended, and with the work's error if it had one. Work that was
 * cancelled before its beginning never begins: the iterator throws CANCELLED.
 */
export async function* eventStream<Event>(
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
  cancelSignal?: CancelSignal,
): AsyncGenerator<Event, void, void> {
  refuseIfAborted(cancelSignal)
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  cancelSignal?.addEventListener('abort', abort)

  const waiting: Event[] = []
  let ended = false
  let wake = (): void => {}
  const emit = (event: Event): void => {
    waiting.push(event)
    wake()
  }
  const working = work(emit, controller.signal).finally(() => {
    ended = true
    wake()
  })
  // The error is told when the reader gets there, which may be long after the work has failed.
  working.catch(() => {})

  try {
    while (!ended || waiting.length > 0) {
      yield* waiting.splice(0)
      if (!ended && waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    await working.catch(throwCancelled)
  } finally {
    abort()
    await Promise.allSettled([working])
    cancelSignal?.removeEventListener('abort', abort)
  }
}
