import type { FinishedRun } from '../../protocol/result.js'
import { type Place, type Point, placesOf, pointsOf, type ReadEpoch } from '../../report/learning-curves.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, faint, ink, type Look, looks, text } from './theme.js'

const size = { width: 380, height: 230 }

/** Figure of an epoch that a curve is of. */
export interface Curve {
  readonly name: string
  readonly read: ReadEpoch
}

/** Run as far as its curves go: it may still be going on. */
export type RunOfEpochs = Pick<FinishedRun, 'framework' | 'epochs'>

/** Line of a chart: the mean of a figure over some runs. */
export interface Line {
  /** Name that no other line of the chart has. */
  readonly name: string
  readonly look: Pick<Look, 'color' | 'symbol' | 'line'>
  readonly runs: readonly RunOfEpochs[]
  /** Whether a band shows the least and the largest of the runs. */
  readonly hasBand: boolean
}

/**
 * Draws a figure over the epochs of all phases, a line for each framework: the mean over its runs, in a band from the least to
 * the largest. Vertical lines part the phases. `null` where no epoch has the figure.
 */
export function renderCurvesChart(runs: readonly RunOfEpochs[], curve: Curve): string | null {
  const frameworks = [...new Set(runs.map(({ framework }) => framework))]
  const lines = frameworks.map((framework) => ({
    name: framework,
    look: looks[framework],
    runs: runs.filter((run) => run.framework === framework),
    hasBand: true,
  }))
  return renderLinesChart(lines, curve)
}

/** Draws a figure over the epochs of all phases, with the lines that are given; `null` where no epoch has the figure. */
export function renderLinesChart(lines: readonly Line[], { name, read }: Curve): string | null {
  const places = placesOf(lines.flatMap(({ runs }) => runs))
  const curves = lines.map((line) => ({ line, points: pointsOf(line.runs, places, read) }))
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
    series: curves.flatMap(({ line, points }, index) => [
      ...(line.hasBand ? bandOf(line, points) : []),
      {
        type: 'line' as const,
        symbol: line.look.symbol,
        symbolSize: points.length > 30 ? 0 : 6,
        itemStyle: { color: line.look.color },
        lineStyle: { color: line.look.color, type: line.look.line, width: 2 },
        data: points.map((point) => [point.epoch, point.mean]),
        ...(index === 0 && { markLine: phaseLines(places) }),
      },
    ]),
    textStyle: text,
  }
  return renderChart(option, size)
}

// A band is the difference of its ends, stacked on the lower one.
function bandOf({ name, look }: Line, points: readonly Point[]) {
  const area = { type: 'line' as const, stack: name, symbol: 'none', lineStyle: { width: 0 } }
  return [
    { ...area, data: points.map(({ epoch, least }) => [epoch, least]) },
    {
      ...area,
      areaStyle: { color: look.color, opacity: 0.18 },
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
