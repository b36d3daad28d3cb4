import type { Event } from '../events.js'

/** Makes events visible, each logger in its own way. */
export interface Logger {
  log(event: Event): void
  /** Leaves the terminal as it was found; nothing is logged afterwards. */
  close(): void
}

/** Logs each event to all of the loggers, in their order. */
export function combineLoggers(...loggers: readonly Logger[]): Logger {
  return {
    log(event) {
      for (const logger of loggers) logger.log(event)
    },
    close() {
      for (const logger of loggers) logger.close()
    },
  }
}
