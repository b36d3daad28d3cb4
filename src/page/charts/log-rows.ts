import { type ChartOption, renderChart, type SeriesOption } from './render-chart.js'
import { axis, doubt, faint, good, ink, shade, soft, text, textShare } from './theme.js'

// Rows of sizes from 1e-16 up, under each other on one logarithmic axis. ECharts has a logarithmic axis, which has no place
// for zero; this one is linear in the exponent, and has places at both ends.

/** Row of the chart: a name at its left and a few words at its right, which tell what its points show. */
export interface Row {
  readonly name: string
  readonly outcome: string
  readonly mood: 'good' | 'doubt' | 'plain' | 'ink'
}

/** Range of the axis, in powers of ten, and whether it needs places for zero and for what has no finite size. */
export interface LogRange {
  readonly low: number
  readonly high: number
  readonly hasZero: boolean
  readonly hasUnsized: boolean
}

/** Width of a drawing: 1:1 in the page's column, or on a telephone. */
export type Width = 'wide' | 'narrow'

/** Sizes of a chart of rows in pixels. */
export interface RowsLayout {
  readonly width: number
  readonly names: number
  readonly outcomes: number
  readonly rowHeight: number
  /** Least distance of two labels of the axis. */
  readonly labelRoom: number
}

export interface RowsOptions {
  readonly axisName: string
  /** Name of the column of zeros. */
  readonly zeroName: string
  /** Makes the series that are drawn on the rows, which are numbered from 0. */
  readonly seriesOf: (axis: LogAxis) => readonly SeriesOption[]
}

/** Axis as the series of a chart see it: where a size lies on it. */
export interface LogAxis {
  /** Left end of the axis. */
  readonly start: number
  /** Smallest power of ten, at which the column of zeros ends. */
  readonly low: number
  /** Place of a size; null has none, and lies beyond all others. */
  readonly place: (size: number | null) => number
}

/** Width in pixels of the columns at both ends. */
const columnWidth = 40
const bottom = 44
const top = 6

/** Finds the range of powers of ten that all sizes fit into. */
export function logRangeOf(sizes: readonly (number | null)[]): LogRange {
  const exponents = sizes.flatMap((size) => (size === null || size === 0 ? [] : [Math.log10(size)]))
  // No mark lies on the end of the axis, where a column begins.
  const low = Math.ceil(Math.min(...exponents, 0)) - 1
  return {
    low,
    high: Math.max(Math.floor(Math.max(...exponents, low)) + 1, low + 2),
    hasZero: sizes.includes(0),
    hasUnsized: sizes.includes(null),
  }
}

/** Draws rows of points on a logarithmic axis, with a column of its own for zero at the left. */
export function renderLogRows(
  rows: readonly Row[],
  { low, high, hasZero, hasUnsized }: LogRange,
  { width, names, outcomes, rowHeight, labelRoom }: RowsLayout,
  { axisName, zeroName, seriesOf }: RowsOptions,
): string {
  const columns = Number(hasZero) + Number(hasUnsized)
  const pixelsOfDecade = (width - names - outcomes - columns * columnWidth) / (high - low)
  const column = columnWidth / pixelsOfDecade
  const start = low - (hasZero ? column : 0)
  const end = high + (hasUnsized ? column : 0)
  const zero = low - column / 2
  const unsized = high + column / 2
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((decades) => decades * pixelsOfDecade >= labelRoom) ?? 20
  const decades = multiplesOf(step, low, high)
  // A label beside those of the columns would run into them.
  const labelled = decades.filter(
    (decade) => (!hasZero || decade - zero >= column) && (!hasUnsized || unsized - decade >= column),
  )
  const option: ChartOption = {
    grid: { left: names, right: outcomes, top, bottom },
    xAxis: {
      ...axis,
      type: 'value',
      min: start,
      max: end,
      name: axisName,
      nameGap: 26,
      splitLine: { show: false },
      axisLabel: {
        ...text,
        customValues: [...(hasZero ? [zero] : []), ...labelled, ...(hasUnsized ? [unsized] : [])],
        formatter: (value: number) =>
          value < low ? zeroName : value > high ? 'no size' : value === 0 ? '1' : `1e${value}`,
      },
    },
    yAxis: [
      {
        ...axis,
        type: 'category',
        inverse: true,
        data: rows.map(({ name }) => name),
        splitLine: { show: false },
        axisLabel: { ...text, width: textShare * (names - 12), overflow: 'break', interval: 0 },
      },
      {
        ...axis,
        type: 'category',
        inverse: true,
        position: 'right',
        data: rows.map(({ outcome }) => outcome),
        splitLine: { show: false },
        axisLabel: {
          ...text,
          width: textShare * (outcomes - 12),
          overflow: 'break',
          interval: 0,
          color: (_, row) => moods[rows[row ?? 0]?.mood ?? 'plain'],
        },
      },
    ],
    series: [
      {
        type: 'line',
        data: [],
        markArea: {
          silent: true,
          z: 0,
          itemStyle: { color: shade },
          data: [
            ...(hasZero ? ([[{ xAxis: start }, { xAxis: low }]] as const) : []),
            ...(hasUnsized ? ([[{ xAxis: high }, { xAxis: end }]] as const) : []),
          ].map(([from, to]) => [from, to] as [{ xAxis: number }, { xAxis: number }]),
        },
        markLine: {
          silent: true,
          z: 0,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: faint, type: 'solid', width: 1 },
          data: decades.map((exponent) => ({ xAxis: exponent })),
        },
      },
      ...seriesOf({
        start,
        low,
        place: (size) => (size === null ? unsized : size === 0 ? zero : Math.log10(size)),
      }),
    ],
    textStyle: text,
  }
  return renderChart(option, { width, height: top + bottom + rowHeight * rows.length })
}

const moods = { good, doubt, plain: soft, ink } as const

function multiplesOf(step: number, low: number, high: number): number[] {
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  return Array.from({ length: count }, (_, index) => (first + index) * step)
}
