import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { lastLines } from './log-tail.js'

/** What a worker and its Python print: the part of a file that begins where the file ended before. */
export class WorkerLog {
  readonly file: string
  readonly #start: number

  /** Makes the file's folder; what is in the file already stays. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true })
    this.file = file
    this.#start = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  }

  /** The last lines of it, or a crash dump's first ones. */
  get lastLines(): string {
    return lastLines(this.file, this.#start)
  }
}
