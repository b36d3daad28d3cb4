import picocolors from 'picocolors'
import type { Colors } from 'picocolors/types.js'

/** Options of how a report is to look. */
export interface RenderOptions {
  readonly color: boolean
  /** Width of the terminal in characters; `Infinity` where lines need not be folded. */
  readonly columns: number
}

/** Style of a report: the options as its pieces use them. */
export interface Style {
  readonly colors: Colors
  readonly columns: number
}

/** Widest line of prose in characters: longer lines are hard to read, however wide the terminal is. */
const widestProse = 100

/** Creates the style that the options ask for. */
export function createStyle({ color, columns }: RenderOptions): Style {
  return { colors: picocolors.createColors(color), columns: Math.min(columns, widestProse) }
}
