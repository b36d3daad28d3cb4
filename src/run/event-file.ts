import { closeSync, openSync, writeSync } from 'node:fs'
import type { Event } from '../events.js'

/** `events.jsonl`: an event a line, each handed to the system at once, so that a killed process has lost none. */
export class EventFile {
  readonly #descriptor: number

  constructor(file: string) {
    this.#descriptor = openSync(file, 'a')
  }

  append(event: Event): void {
    writeSync(this.#descriptor, `${JSON.stringify(event)}\n`)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
