/** News that several wait for. */
export class News {
  readonly #waiting = new Set<() => void>()

  /** Wakes all who wait. */
  tell(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Waits for news, or until `signal` is aborted; resolves to false where for that long there were none. */
  next(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isNews: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve(isNews)
      }
      const wake = () => settle(true)
      const timer = setTimeout(() => settle(false), milliseconds)
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}
