import type { Pair } from '../../compare/pairs.js'
import type { Framework } from '../../spec/schema.js'
import type { Scale } from '../scale.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, faint, looks, text } from './theme.js'

const rowHeight = 26
const width = 400

/** Draws the two values of each seed as points that a line joins, one seed under the other. */
export function renderPairsChart(pairs: readonly Pair[], { name, unit, read }: Scale): string {
  const rows = pairs.map(([ours, theirs], row) => ({
    row,
    seed: ours.seed,
    values: [read(ours), read(theirs)] as const,
  }))
  const points = (framework: Framework, side: 0 | 1) => ({
    type: 'scatter' as const,
    symbol: looks[framework].symbol,
    symbolSize: 11,
    z: 3,
    itemStyle: { color: looks[framework].color },
    data: rows.map(({ row, values }) => [values[side], row]),
  })
  const option: ChartOption = {
    grid: { left: 58, right: 18, top: 8, bottom: 44 },
    xAxis: {
      ...axis,
      type: 'value',
      scale: true,
      // A point at the end of the axis would lie on the names of the seeds.
      boundaryGap: ['4%', '4%'],
      name: `${name}, ${unit}`,
      nameGap: 28,
    },
    yAxis: {
      ...axis,
      type: 'category',
      inverse: true,
      data: rows.map(({ seed }) => `seed ${seed}`),
      splitLine: { show: false },
    },
    series: [
      ...rows.map(({ row, values }) => ({
        type: 'line' as const,
        symbol: 'none',
        lineStyle: { color: faint, width: 3 },
        data: values.map((value) => [value, row]),
      })),
      points('tensorflow', 0),
      points('pytorch', 1),
    ],
    textStyle: text,
  }
  return renderChart(option, { width, height: 60 + rowHeight * rows.length })
}
