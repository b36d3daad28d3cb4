import type { Event } from '../events.js'
import type { Logger } from './logger.js'

/** Passes events on, but each warning only once: every seed would repeat it. */
export class OnceLogger implements Logger {
  readonly #logger: Logger
  readonly #warned = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  log(event: Event): void {
    if (event.type === 'warning') {
      const warning = `${event.code} ${event.message}`
      if (this.#warned.has(warning)) return
      this.#warned.add(warning)
    }
    this.#logger.log(event)
  }

  close(): void {
    this.#logger.close()
  }
}
