import type { Event } from '../events.js'
import { isOfEnvironment } from '../failure.js'
import type { Logger } from './logger.js'

/**
 * Passes events on, but each warning only once, since every seed would repeat it, and so each failure of the Python
 * environment, which every run would repeat. The report lists all runs that failed.
 */
export class OnceLogger implements Logger {
  readonly #logger: Logger
  readonly #told = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  log(event: Event): void {
    const said = saidBy(event)
    if (said !== null && this.#told.has(said)) return
    if (said !== null) this.#told.add(said)
    this.#logger.log(event)
  }

  close(): void {
    this.#logger.close()
  }
}

/** Text of an event that need not be said again; null where the event is about its run alone. */
function saidBy(event: Event): string | null {
  if (event.type === 'warning') return `${event.code} ${event.message}`
  if (event.type === 'run-failed' && isOfEnvironment(event.failure))
    return `${event.failure.code} ${event.failure.message}`
  return null
}
