import type { Difference } from '../../compare/comparison.js'
import type { Pair } from '../../compare/pairs.js'
import type { Scale } from '../scale.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, ink, shade, text } from './theme.js'

const size = { width: 400, height: 150 }

/** Draws the difference of each seed, and under them the mean with its interval, against zero and the margin. */
export function renderDifferenceChart(
  pairs: readonly Pair[],
  { mean, interval, level }: Pick<Difference, 'mean' | 'interval' | 'level'>,
  margin: number | null,
  { differenceUnit, factor, read }: Scale,
): string {
  const rows = ['each seed', level === null ? 'mean' : `mean and\n${(100 * level).toFixed(1)}% interval`]
  const differences = pairs.map(([ours, theirs]) => read(ours) - read(theirs))
  const ends = (interval ?? [mean, mean]).map((end) => factor * end)
  const widest = Math.max(...[...differences, ...ends, factor * (margin ?? 0)].map(Math.abs))
  const reach = 1.15 * (widest || 1)
  const option: ChartOption = {
    grid: { left: 100, right: 18, top: 8, bottom: 48 },
    xAxis: {
      ...axis,
      type: 'value',
      // Zero in the middle, so that the side of a difference is seen at a glance.
      min: -reach,
      max: reach,
      name: `TensorFlow minus PyTorch, ${differenceUnit}`,
      nameGap: 28,
      axisLabel: { ...text, showMinLabel: false, showMaxLabel: false, formatter: formatTick },
    },
    yAxis: {
      ...axis,
      type: 'category',
      inverse: true,
      data: rows,
      axisLabel: { ...text, lineHeight: 16 },
      splitLine: { show: false },
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 9,
        itemStyle: { color: 'transparent', borderColor: ink, borderWidth: 1.5 },
        data: differences.map((difference) => [difference, 0]),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: ink, type: 'solid', width: 1 },
          data: [{ xAxis: 0 }],
        },
        ...(margin !== null && {
          markArea: {
            silent: true,
            itemStyle: { color: shade },
            data: [[{ xAxis: -factor * margin }, { xAxis: factor * margin }]],
          },
        }),
      },
      {
        type: 'line',
        symbol: 'none',
        lineStyle: { color: ink, width: 3 },
        data: ends.map((end) => [end, 1]),
      },
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 14,
        itemStyle: { color: ink },
        data: [[factor * mean, 1]],
      },
    ],
    textStyle: text,
  }
  return renderChart(option, size)
}

function formatTick(value: number): string {
  return String(Number(value.toPrecision(3)))
}
