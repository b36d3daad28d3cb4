import picocolors from 'picocolors'
import type { Colors } from 'picocolors/types.js'

/** How a report is to look. */
export interface RenderOptions {
  readonly color: boolean
  /** Width of the terminal in characters; `Infinity` where lines need not be folded. */
  readonly columns: number
}

/** The options as the pieces of a report use them. */
export interface Style {
  readonly colors: Colors
  readonly columns: number
}

/** Lines of prose longer than this are hard to read, however wide the terminal is. */
const widestProse = 100

/** The style that the options ask for. */
export function createStyle({ color, columns }: RenderOptions): Style {
  return { colors: picocolors.createColors(color), columns: Math.min(columns, widestProse) }
}
