import { LiveBlock } from './live-block.js'
import { isInteractive, type OutputStream } from './output.js'

/** Line of progress that changes in place on a terminal and leaves nothing behind. Elsewhere it prints nothing. */
export class ProgressLine {
  readonly #block: LiveBlock | null

  constructor(stream: OutputStream, quiet: boolean) {
    const isShown = !quiet && isInteractive(stream)
    this.#block = isShown ? new LiveBlock(stream) : null
  }

  show(text: string): void {
    this.#block?.draw([text])
  }

  /** Takes the line off the terminal. */
  clear(): void {
    this.#block?.close()
  }
}
