import type { FinishedRun } from '../../protocol/result.js'
import { type Place, type Point, placesOf, pointsOf, type ReadEpoch } from '../../report/learning-curves.js'
import type { Framework } from '../../spec/schema.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, faint, ink, looks, text } from './theme.js'

const size = { width: 440, height: 260 }

/** Figure of an epoch that a curve is of. */
export interface Curve {
  readonly name: string
  readonly read: ReadEpoch
}

/**
 * Draws a figure over the epochs of all phases, a line for each framework: the mean over its runs, in a band from the least to
 * the largest. Vertical lines part the phases. `null` where no epoch has the figure.
 */
export function renderCurvesChart(runs: readonly FinishedRun[], { name, read }: Curve): string | null {
  const frameworks = [...new Set(runs.map(({ framework }) => framework))]
  const places = placesOf(runs)
  const curves = frameworks.map((framework) => ({
    framework,
    points: pointsOf(
      runs.filter((run) => run.framework === framework),
      places,
      read,
    ),
  }))
  if (curves.every(({ points }) => points.length === 0)) return null
  const option: ChartOption = {
    grid: { left: 56, right: 16, top: 12, bottom: 44 },
    xAxis: {
      ...axis,
      type: 'value',
      min: 1,
      minInterval: 1,
      name: 'epoch',
      nameGap: 26,
      splitLine: { show: false },
    },
    yAxis: { ...axis, type: 'value', scale: true, name, nameGap: 42 },
    series: curves.flatMap(({ framework, points }, index) => [
      ...bandOf(framework, points),
      {
        type: 'line' as const,
        symbol: looks[framework].symbol,
        symbolSize: points.length > 30 ? 0 : 6,
        itemStyle: { color: looks[framework].color },
        lineStyle: { color: looks[framework].color, type: looks[framework].line, width: 2 },
        data: points.map((point) => [point.epoch, point.mean]),
        ...(index === 0 && { markLine: phaseLines(places) }),
      },
    ]),
    textStyle: text,
  }
  return renderChart(option, size)
}

// A band is the difference of its ends, stacked on the lower one.
function bandOf(framework: Framework, points: readonly Point[]) {
  const area = { type: 'line' as const, stack: framework, symbol: 'none', lineStyle: { width: 0 } }
  return [
    { ...area, data: points.map(({ epoch, least }) => [epoch, least]) },
    {
      ...area,
      areaStyle: { color: looks[framework].color, opacity: 0.18 },
      data: points.map(({ epoch, least, largest }) => [epoch, largest - least]),
    },
  ]
}

function phaseLines(places: readonly Place[]) {
  const begins = places.flatMap(({ phase }, index) =>
    index > 0 && places[index - 1]?.phase !== phase ? [{ xAxis: index + 0.5, name: `phase ${phase}` }] : [],
  )
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: faint, type: 'solid' as const, width: 2 },
    label: { formatter: '{b}', color: ink, position: 'insideEndTop' as const },
    data: begins,
  }
}
