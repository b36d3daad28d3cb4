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

/** Share of a width that text may take up: widths are estimated without a browser, and wide typefaces need more. */
export const textShare = 0.86

/** Formats a value of an axis, without what is left of a division in binary. */
export function formatTick(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** Axis of differences with zero in its middle, so that the side of a difference is seen at a glance. */
export function differenceAxis(reach: number, unit: string) {
  return {
    ...axis,
    type: 'value' as const,
    min: -reach,
    max: reach,
    name: `TensorFlow minus PyTorch, ${unit}`,
    nameGap: 28,
    splitLine: { ...axis.splitLine, showMinLine: false, showMaxLine: false },
    axisLabel: {
      ...text,
      showMinLabel: false,
      showMaxLabel: false,
      formatter: formatTick,
    },
  }
}

/** Line at zero, for the series of a chart on such an axis. */
export const zeroLine = {
  silent: true,
  symbol: 'none',
  label: { show: false },
  lineStyle: { color: ink, type: 'solid', width: 1 },
  data: [{ xAxis: 0 }],
} as const
