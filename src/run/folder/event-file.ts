import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { TwintuneError } from '../../failure.js'
import { openRegular } from './regular-file.js'

const { O_APPEND, O_CREAT, O_RDWR } = constants
const newline = 10

/** `events.jsonl`: an event a line, each handed to the system at once, so that a killed process has lost none. */
export class EventFile {
  readonly #file: string
  readonly #descriptor: number
  readonly #own: Stats

  /** Opens a file to append to; a last line that was never written to its end goes. */
  constructor(file: string) {
    this.#file = file
    this.#descriptor = openRegular(file, O_RDWR | O_CREAT | O_APPEND)
    this.#own = fstatSync(this.#descriptor)
    ftruncateSync(this.#descriptor, endOfLastLine(this.#descriptor))
  }

  /**
   * Appends an event.
   *
   * @throws The system's error, or TwintuneError FOLDER_UNWRITABLE when the file was deleted or moved since: nobody
   *   would find there what is written to it.
   */
  append(event: object): void {
    // The type comes first: readers tell lines apart by how they begin, without parsing all of them.
    const { type, ...others } = event as { readonly type?: string }
    this.appendLine(JSON.stringify({ type, ...others }))
  }

  /**
   * Appends an event that is a line of text already.
   *
   * @throws The same errors as `append`.
   */
  appendLine(text: string): void {
    const there = statSync(this.#file, { throwIfNoEntry: false })
    if (there?.ino !== this.#own.ino || there.dev !== this.#own.dev)
      throw new TwintuneError({
        code: 'FOLDER_UNWRITABLE',
        message: `${this.#file} was deleted or moved while twintune was at work in its folder.`,
        hint: 'Start the comparison anew, and leave its folder alone until it has ended.',
      })
    const line = Buffer.from(`${text}\n`)
    // The system may take only the beginning of a line; what keeps it from taking more is the next call's error.
    for (let written = 0; written < line.length; ) written += writeSync(this.#descriptor, line, written)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** The number of bytes to the end of the last whole line. Read from the end, since there may be many lines. */
function endOfLastLine(descriptor: number): number {
  const chunk = Buffer.alloc(2 ** 16)
  let { size: end } = fstatSync(descriptor)
  while (end > 0) {
    const start = Math.max(0, end - chunk.length)
    const read = readSync(descriptor, chunk, 0, end - start, start)
    const found = chunk.subarray(0, read).lastIndexOf(newline)
    if (found >= 0) return start + found + 1
    end = start
  }
  return 0
}
