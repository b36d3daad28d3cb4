import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { lastLines, type Refused, refusedIn } from './log-tail.js'

/** Log of a worker and its Python: the part of a file that begins where the file ended before. */
export class WorkerLog {
  readonly file: string
  readonly #start: number

  /** Makes the file's folder; what is in the file already stays. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true })
    this.file = file
    this.#start = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Resource that the system refused the process, by the end of the log; `null` if none. */
  get refused(): Refused | null {
    return refusedIn(this.file, this.#start)
  }

  /** Size of the log so far. */
  get bytes(): number {
    return (statSync(this.file, { throwIfNoEntry: false })?.size ?? 0) - this.#start
  }

  /** Last lines of the log, or the first lines of a crash dump. */
  get lastLines(): string {
    return lastLines(this.file, this.#start)
  }
}
