import type { Event } from '../events.js'
import type { Logger } from './logger.js'
import { type OutputStream, writeData } from './output.js'

/** Prints every event as compact JSON, one a line. */
export class JsonLinesLogger implements Logger {
  readonly #stream: OutputStream

  constructor(stream: OutputStream) {
    this.#stream = stream
  }

  log(event: Event): void {
    writeData(this.#stream, JSON.stringify(event))
  }

  close(): void {}
}
