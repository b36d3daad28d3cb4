import { cursorUp, eraseDown } from 'ansi-escapes'
import cliCursor from 'cli-cursor'
import wrapAnsi from 'wrap-ansi'
import { columnsOf, type OutputStream, rowsOf } from './output.js'

const noWrap = '\u001b[?7l'
const wrap = '\u001b[?7h'
// Terminals that know these draw all that is between them at once; others leave them out.
const beginFrame = '\u001b[?2026h'
const endFrame = '\u001b[?2026l'

/**
 * Block of lines that is drawn over and over in its place on a terminal, below the lines that last.
 *
 * A terminal that becomes narrower folds the lines on its screen, or cuts them off as xterm does, and doesn't say which. So
 * the rows that folding would give are erased, and the lines that last are written again in case they went with them.
 */
export class LiveBlock {
  readonly #stream: OutputStream
  #lines: readonly string[] = []
  /** Width at the last writing, in characters. */
  #columns: number
  /** Last lines that were printed above the block, at most as many as a screen has. */
  #lasting: readonly string[] = []
  #isCursorHidden = false

  constructor(stream: OutputStream) {
    this.#stream = stream
    this.#columns = columnsOf(stream)
  }

  /** Draws the lines in the place of those before. Lines that the screen has no rows for are left out. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, rowsOf(this.#stream) - 1)
    if (columnsOf(this.#stream) === this.#columns && shown.join('\n') === this.#lines.join('\n')) return
    this.#hideCursor()
    this.#write(`${noWrap}${shown.map((line) => `${line}\n`).join('')}${wrap}`)
    this.#lines = shown
  }

  /** Prints lines that last, in the place of the block. */
  print(text: string): void {
    this.#write(`${text}\n`)
    this.#lasting = [...this.#lasting, ...text.split('\n')].slice(-rowsOf(this.#stream))
  }

  /** Takes the block off the screen and shows the cursor again. */
  close(): void {
    if (this.#lines.length > 0) this.#write('')
    if (this.#isCursorHidden) cliCursor.show(this.#stream as NodeJS.WriteStream)
    this.#isCursorHidden = false
  }

  /** Writes a text in the place of the block, which is gone then. */
  #write(text: string): void {
    const columns = columnsOf(this.#stream)
    const lasting = columns < this.#columns ? this.#lastingOnScreen(columns) : []
    const rows = countRows([...lasting, ...this.#lines], columns)
    const erased = rows === 0 ? '' : `\r${cursorUp(rows)}${eraseDown}`
    this.#stream.write(
      `${beginFrame}${erased}${lasting.map((line) => `${line}\n`).join('')}${text}${endFrame}`,
    )
    this.#lines = []
    this.#columns = columns
  }

  /** Lines above the block that are on the screen as a whole, where each is folded. */
  #lastingOnScreen(columns: number): readonly string[] {
    const fits = (lasting: readonly string[]) =>
      countRows([...lasting, ...this.#lines], columns) < rowsOf(this.#stream)
    const first = this.#lasting.findIndex((_, line) => fits(this.#lasting.slice(line)))
    return first === -1 ? [] : this.#lasting.slice(first)
  }

  #hideCursor(): void {
    if (this.#isCursorHidden) return
    cliCursor.hide(this.#stream as NodeJS.WriteStream)
    this.#isCursorHidden = true
  }
}

/** Counts the rows of lines that are folded at a width. */
function countRows(lines: readonly string[], columns: number): number {
  const fold = (line: string) => wrapAnsi(line, columns, { hard: true, wordWrap: false, trim: false })
  return lines.reduce((rows, line) => rows + fold(line).split('\n').length, 0)
}
