import type { Difference } from '../../compare/comparison.js'
import type { Pair } from '../../compare/pairs.js'
import { formatPercent } from '../../report/format.js'
import type { Scale } from '../scale.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, differenceAxis, ink, shade, text, zeroLine } from './theme.js'

const width = 400
const rowHeight = 47
const rest = 56

/** Interval that the chart draws, in a row of its own. */
interface IntervalRow {
  readonly name: string
  readonly ends: readonly [number, number]
}

/**
 * Draws the difference of each seed, and under them the mean with its interval, and the interval that decides about
 * equivalence; all against zero and the margin.
 */
export function renderDifferenceChart(
  pairs: readonly Pair[],
  { mean, interval, level, equivalence, margin = null }: Difference,
  { differenceUnit, factor, read }: Scale,
): string {
  const differences = pairs.map(([ours, theirs]) => read(ours) - read(theirs))
  const intervals: IntervalRow[] = [
    {
      name: level === null ? 'mean' : `mean and\n${formatPercent(level, 1)} interval`,
      ends: interval ?? [mean, mean],
    },
    ...(equivalence
      ? [
          {
            name: `equivalence:\n${formatPercent(equivalence.level, 1)} interval`,
            ends: equivalence.interval,
          },
        ]
      : []),
  ]
  const sizes = [...intervals.flatMap(({ ends }) => ends), margin ?? 0].map((end) => factor * end)
  const widest = Math.max(...[...differences, ...sizes].map(Math.abs))
  const reach = 1.15 * (widest || 1)
  const option: ChartOption = {
    grid: { left: 100, right: 18, top: 8, bottom: 48 },
    xAxis: differenceAxis(reach, differenceUnit),
    yAxis: {
      ...axis,
      type: 'category',
      inverse: true,
      data: ['each seed', ...intervals.map(({ name }) => name)],
      axisLabel: { ...text, lineHeight: 16 },
      splitLine: { show: false },
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 9,
        itemStyle: { color: 'transparent', borderColor: ink, borderWidth: 1.5 },
        data: differences.map((difference) => [difference, 0]),
        markLine: { ...zeroLine, data: [...zeroLine.data] },
        ...(margin !== null && {
          markArea: {
            silent: true,
            itemStyle: { color: shade },
            data: [[{ xAxis: -factor * margin }, { xAxis: factor * margin }]],
          },
        }),
      },
      ...intervals.map(({ ends }, index) => ({
        type: 'line' as const,
        symbol: 'none',
        lineStyle: { color: ink, width: 3 },
        data: ends.map((end) => [factor * end, index + 1]),
      })),
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 14,
        itemStyle: { color: ink },
        data: intervals.map((_, index) => [factor * mean, index + 1]),
      },
    ],
    textStyle: text,
  }
  return renderChart(option, { width, height: rest + rowHeight * (1 + intervals.length) })
}
