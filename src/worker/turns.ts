// Why this is our own and not p-queue: a signal given to p-queue ends the waiting and the turn alike. When the caller
// whose turn it is aborts, p-queue lets the next one through at once, and Python is still busy with the aborted request.
// Here a signal ends the waiting alone, and a turn lasts until its caller ends it. To get this from p-queue takes a second
// AbortController for each request, which is as much code, and 18 kB more to load.

/** Lets one caller at a time through, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /**
   * Waits for the caller's turn, and returns the function that ends it.
   *
   * @throws The signal's reason when it aborts first; the turn is then passed on.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    const previous = this.#last
    let end = (): void => {}
    this.#last = new Promise((resolve) => {
      end = resolve
    })
    await untilAborted(previous, signal)
    if (signal?.aborted) {
      void previous.then(end)
      throw signal.reason
    }
    return end
  }
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise
  let onAbort = (): void => {}
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) resolve()
  })
  await Promise.race([promise, aborted])
  signal.removeEventListener('abort', onAbort)
}
