import { eraseLines } from 'ansi-escapes'
import cliCursor from 'cli-cursor'
import wrapAnsi from 'wrap-ansi'
import { asCalled } from '../called-as.js'
import { columnsOf, foldsLines, type OutputStream, rowsOf } from './output.js'

const noWrap = '\u001b[?7l'
const wrap = '\u001b[?7h'
// Terminals that know these draw all that is between them at once; others leave them out.
const beginFrame = '\u001b[?2026h'
const endFrame = '\u001b[?2026l'

/** Block of lines that is drawn over and over in its place on a terminal, below the lines that last. */
export class LiveBlock {
  readonly #stream: OutputStream
  #lines: readonly string[] = []
  /** Width at the last drawing, in characters. */
  #columns = 0
  #isCursorHidden = false

  constructor(stream: OutputStream) {
    this.#stream = stream
  }

  /** Draws the lines in the place of those before. Lines that the screen has no rows for are left out. */
  draw(lines: readonly string[]): void {
    const columns = columnsOf(this.#stream)
    const shown = lines.slice(0, rowsOf(this.#stream) - 1)
    if (columns === this.#columns && shown.join('\n') === this.#lines.join('\n')) return
    if (!this.#isCursorHidden) cliCursor.hide(this.#stream as NodeJS.WriteStream)
    this.#isCursorHidden = true
    this.#replace(`${noWrap}${shown.map((line) => `${line}\n`).join('')}${wrap}`)
    this.#lines = shown
    this.#columns = columns
  }

  /** Prints lines that last, in the place of the block. */
  print(text: string): void {
    this.#replace(`${asCalled(text)}\n`)
  }

  /** Takes the block off the screen and shows the cursor again. */
  close(): void {
    if (this.#lines.length > 0) this.#replace('')
    if (this.#isCursorHidden) cliCursor.show(this.#stream as NodeJS.WriteStream)
    this.#isCursorHidden = false
  }

  #replace(text: string): void {
    const rows = foldsLines() ? countRows(this.#lines, columnsOf(this.#stream)) : this.#lines.length
    // Row by row: some terminals keep a screen that is erased as a whole in their history.
    this.#stream.write(`${beginFrame}${rows === 0 ? '' : eraseLines(rows + 1)}${text}${endFrame}`)
    this.#lines = []
  }
}

/** Counts the rows that lines take up on a terminal that has folded them to a width. */
function countRows(lines: readonly string[], columns: number): number {
  const fold = (line: string) => wrapAnsi(line, columns, { hard: true, wordWrap: false, trim: false })
  return lines.reduce((rows, line) => rows + fold(line).split('\n').length, 0)
}
