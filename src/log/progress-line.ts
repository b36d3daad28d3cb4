import { createLogUpdate } from 'log-update'
import { isInteractive, type OutputStream } from './output.js'

/** Line of progress that changes in place on a terminal and leaves nothing behind. Elsewhere it prints nothing. */
export class ProgressLine {
  readonly #view: ReturnType<typeof createLogUpdate> | null

  constructor(stream: OutputStream, quiet: boolean) {
    // log-update writes to the stream and reads its width, and nothing else.
    const isShown = !quiet && isInteractive(stream)
    this.#view = isShown ? createLogUpdate(stream as NodeJS.WritableStream) : null
  }

  show(text: string): void {
    this.#view?.(text)
  }

  /** Takes the line off the terminal. */
  clear(): void {
    this.#view?.clear()
    this.#view?.done()
  }
}
