import picocolors from 'picocolors'
import type { Colors } from 'picocolors/types.js'

/** Options of how a report is to look. */
export interface RenderOptions {
  readonly color: boolean
  /** Width of the terminal in characters; `Infinity` where lines need not be folded. */
  readonly columns: number
  /** Width that a table may have, where it isn't that of the terminal: what is written to a file has lines as long as they come. */
  readonly tableColumns?: number
  /** Whether the characters of spark lines are shown as they are; true by default. */
  readonly sparkLines?: boolean
}

/** Style of a report: the options as its pieces use them. */
export interface Style {
  readonly colors: Colors
  /** Width that prose is folded at, in characters. */
  readonly columns: number
  /** Width above which a table is written as a list of its rows, in characters. */
  readonly tableColumns: number
  readonly sparkLines: boolean
}

/** Widest line of prose in characters: longer lines are hard to read, however wide the terminal is. */
const widestProse = 100

/** Creates the style that the options ask for. */
export function createStyle(options: RenderOptions): Style {
  const { color, columns, tableColumns = columns, sparkLines = true } = options
  return {
    colors: picocolors.createColors(color),
    columns: Math.min(columns, widestProse),
    tableColumns,
    sparkLines,
  }
}
