import type { Framework } from '../../spec/schema.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, ink, looks, text } from './theme.js'

const size = { width: 380, height: 310 }
const largestPoint = 14
const smallestPoint = 4

/** Answers of a framework's models whose probability lies in one bin. */
export interface CalibrationPoint {
  readonly images: number
  /** Mean probability of the answers, 0 to 1. */
  readonly confidence: number
  /** Share of right answers, 0 to 1. */
  readonly accuracy: number
}

/** Draws how often answers are right against how probable the model calls them; the diagonal is perfect calibration. */
export function renderCalibrationChart(
  curves: readonly { readonly framework: Framework; readonly points: readonly CalibrationPoint[] }[],
): string {
  const most = Math.max(...curves.flatMap(({ points }) => points.map(({ images }) => images)))
  const percent = { ...axis, type: 'value' as const, min: 0, max: 100 }
  const option: ChartOption = {
    grid: { left: 56, right: 20, top: 14, bottom: 46 },
    xAxis: { ...percent, name: 'probability of the answer, %', nameGap: 28 },
    yAxis: { ...percent, name: 'right answers, %', nameGap: 40 },
    series: [
      {
        type: 'line',
        symbol: 'none',
        silent: true,
        lineStyle: { color: ink, width: 1, type: 'dotted' },
        data: [
          [0, 0],
          [100, 100],
        ],
      },
      ...curves.map(({ framework, points }) => ({
        type: 'line' as const,
        symbol: looks[framework].symbol,
        // The area of a point stands for its images.
        symbolSize: (_: unknown, { dataIndex }: { readonly dataIndex: number }) =>
          Math.max(smallestPoint, largestPoint * Math.sqrt((points[dataIndex]?.images ?? 0) / most)),
        itemStyle: { color: looks[framework].color, opacity: 0.85 },
        lineStyle: { color: looks[framework].color, type: looks[framework].line, width: 2 },
        data: points.map(({ confidence, accuracy }) => [100 * confidence, 100 * accuracy]),
      })),
    ],
    textStyle: text,
  }
  return renderChart(option, size)
}
