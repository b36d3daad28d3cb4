import type { Event } from '../events.js'
import { visible } from '../visible.js'
import type { Logger } from './logger.js'

/** Passes events on with all texts in them made visible: names of classes and files come from data. */
export class VisibleLogger implements Logger {
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  log(event: Event): void {
    this.#logger.log(visible(event))
  }

  close(): void {
    this.#logger.close()
  }
}
