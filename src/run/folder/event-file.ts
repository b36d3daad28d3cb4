import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import type { Event } from '../../events.js'

/** `events.jsonl`: an event a line, each handed to the system at once, so that a killed process has lost none. */
export class EventFile {
  readonly #descriptor: number

  /** Opens a file to append to; a last line that was never written to its end goes. */
  constructor(file: string) {
    if (existsSync(file)) truncateSync(file, readFileSync(file).lastIndexOf(10) + 1)
    this.#descriptor = openSync(file, 'a')
  }

  append(event: Event): void {
    writeSync(this.#descriptor, `${JSON.stringify(event)}\n`)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
