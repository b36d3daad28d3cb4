import type { Framework } from '../../spec/schema.js'

// Colours are variables of the page's style sheet, so that a chart follows the page into the dark. Each framework has a
// second cue beside its colour: the shape of its points and the dashes of its lines.

/** Looks of a framework in every chart of the page. */
export interface Look {
  readonly color: string
  readonly symbol: 'circle' | 'rect'
  /** Character that looks like the symbol, for a key in the text. */
  readonly mark: string
  readonly line: 'solid' | 'dashed'
}

export const looks: Readonly<Record<Framework, Look>> = {
  tensorflow: { color: 'var(--tensorflow)', symbol: 'circle', mark: '●', line: 'solid' },
  pytorch: { color: 'var(--pytorch)', symbol: 'rect', mark: '■', line: 'dashed' },
}

/** Colours of lines that stand for comparisons, which the style sheet has for light and for dark. */
export const lineColors = [1, 2, 3, 4, 5, 6].map((number) => `var(--line-${number})`)

export const ink = 'var(--ink)'
export const soft = 'var(--soft)'
export const good = 'var(--good)'
export const doubt = 'var(--doubt)'
export const faint = 'var(--faint)'
export const paper = 'var(--paper)'
export const shade = 'var(--shade)'

const fontFamily = 'system-ui, sans-serif'
const fontSize = 12

/** Text of an axis or a label. */
export const text = { color: ink, fontFamily, fontSize }

/** Axis with its name at its middle, a faint grid and no line of its own. */
export const axis = {
  nameLocation: 'middle',
  nameTextStyle: text,
  axisLabel: text,
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: faint } },
} as const
