import type { Colors } from 'picocolors/types.js'
import type { Event } from '../events.js'
import { failedText, warningText } from './event-text.js'
import type { Logger } from './logger.js'
import { type OutputStream, writeLine } from './output.js'

/** Prints warnings and failures, and nothing else. */
export class QuietLogger implements Logger {
  readonly #stream: OutputStream
  readonly #colors: Colors

  constructor(stream: OutputStream, colors: Colors) {
    this.#stream = stream
    this.#colors = colors
  }

  log(event: Event): void {
    if (event.type === 'warning') writeLine(this.#stream, warningText(event, this.#colors))
    if (event.type === 'run-failed') writeLine(this.#stream, failedText(event, this.#colors))
  }

  close(): void {}
}
