import type { Difference } from '../../compare/comparison.js'
import type { Scale } from '../scale.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, differenceAxis, ink, shade, text, textShare, zeroLine } from './theme.js'

const width = 440
const rowHeight = 40
const margins = { left: 160, right: 18, top: 8, bottom: 48 }

/** Difference of one comparison. */
export interface ForestRow {
  readonly name: string
  readonly difference: Pick<Difference, 'mean' | 'interval' | 'margin' | 'equivalence'>
}

/**
 * Draws a forest plot: the mean difference of each comparison with its interval, one under the other against zero. A thick
 * line is the interval that decides about equivalence, and a shaded bar what lies within the margin.
 */
export function renderForestChart(rows: readonly ForestRow[], { differenceUnit, factor }: Scale): string {
  const ends = rows.map(({ difference: { mean, interval } }) => interval ?? [mean, mean])
  const widest = Math.max(
    ...[...ends.flat(), ...rows.map(({ difference }) => difference.margin ?? 0)].map(Math.abs),
  )
  const reach = 1.15 * factor * (widest || 1)
  const option: ChartOption = {
    grid: margins,
    xAxis: differenceAxis(reach, differenceUnit),
    yAxis: {
      ...axis,
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLabel: { ...text, width: textShare * (margins.left - 12), overflow: 'breakAll', lineHeight: 15 },
      splitLine: { show: false },
    },
    series: [
      ...rows.map(({ difference: { margin } }, row) => ({
        type: 'line' as const,
        symbol: 'none',
        z: 1,
        lineStyle: { color: shade, width: rowHeight - 12, cap: 'butt' as const },
        data: margin ? [-margin, margin].map((end) => [factor * end, row]) : [],
      })),
      ...ends.map((interval, row) => ({
        type: 'line' as const,
        symbol: 'none',
        lineStyle: { color: ink, width: 2 },
        data: interval.map((end) => [factor * end, row]),
      })),
      ...rows.map(({ difference: { equivalence } }, row) => ({
        type: 'line' as const,
        symbol: 'none',
        lineStyle: { color: ink, width: 6, cap: 'butt' as const },
        data: (equivalence?.interval ?? []).map((end) => [factor * end, row]),
      })),
      {
        type: 'scatter',
        symbol: 'diamond',
        z: 3,
        symbolSize: 14,
        itemStyle: { color: ink },
        data: rows.map(({ difference: { mean } }, row) => [factor * mean, row]),
        markLine: { ...zeroLine, data: [...zeroLine.data] },
      },
    ],
    textStyle: text,
  }
  return renderChart(option, { width, height: margins.top + margins.bottom + rowHeight * rows.length })
}
