import { closeSync, constants, fstatSync, readSync } from 'node:fs'
import path from 'node:path'
import { type Event, eventSchema } from '../../events.js'
import { comparisonFiles } from './files.js'
import { parseRecorded } from './read.js'
import { openIfThere } from './regular-file.js'

const newline = 10

/** Bytes that are read at once, so that whoever reads can do something else in between. */
const chunkBytes = 2 ** 20

/** Bytes that a line may have. A longer one is passed over: no event is as long. */
const mostBytes = 2 ** 28

/** Tail of a comparison's `events.jsonl`: hands each event out once, while another process goes on writing. */
export class EventTail {
  readonly #file: string
  /** Place after the last line that was read whole. A line without its end may still be cut off by its writer. */
  #offset = 0
  #bytes = chunkBytes

  constructor(folder: string) {
    this.#file = path.join(folder, comparisonFiles.events)
  }

  /**
   * Reads the next events, about a mebibyte of them; `null` when there is no whole line more for now. A line that is no
   * event, as other versions of twintune may have written, is left out.
   *
   * @throws The system's error, or TwintuneError COMPARISON_NOT_FOUND for what is no regular file.
   */
  next(): Event[] | null {
    const chunk = this.#read()
    const end = chunk.lastIndexOf(newline)
    if (end >= 0) {
      this.#offset += end + 1
      this.#bytes = chunkBytes
      const lines = chunk.toString('utf8', 0, end).split('\n')
      return lines.flatMap((line) => parseRecorded(line, eventSchema) ?? [])
    }
    if (chunk.length < this.#bytes) return null
    if (chunk.length < mostBytes) this.#bytes *= 2
    else this.#offset += chunk.length
    return []
  }

  #read(): Buffer {
    const descriptor = openIfThere(this.#file, constants.O_RDONLY)
    if (descriptor === null) return Buffer.alloc(0)
    try {
      const left = Math.max(0, fstatSync(descriptor).size - this.#offset)
      const bytes = Buffer.allocUnsafe(Math.min(this.#bytes, left))
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, this.#offset))
    } finally {
      closeSync(descriptor)
    }
  }
}
