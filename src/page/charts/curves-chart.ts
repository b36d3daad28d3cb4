import { isDeepStrictEqual } from 'node:util'
import type { FinishedRun } from '../../protocol/result.js'
import { type Place, type Point, placesOf, pointsOf, type ReadEpoch } from '../../report/learning-curves.js'
import { type ChartOption, renderChart } from './render-chart.js'
import { axis, faint, formatTick, ink, type Look, looks, text } from './theme.js'

const size = { width: 380, height: 230 }

/** Figure of an epoch that a curve is of. */
export interface Curve {
  readonly name: string
  readonly read: ReadEpoch
  /** Largest value that the figure can have; the axis doesn't go beyond. */
  readonly limit?: number
}

/** Run as far as its curves go: it may still be going on. */
export type RunOfEpochs = Pick<FinishedRun, 'framework' | 'epochs'>

/** Line of a chart: the mean of a figure over some runs. */
export interface Line {
  /** Name that no other line of the chart has. */
  readonly name: string
  readonly look: Pick<Look, 'color' | 'symbol' | 'line'>
  readonly runs: readonly RunOfEpochs[]
  /** All runs of the comparison, whose phases number the epochs. */
  readonly peers: readonly RunOfEpochs[]
  /** Width in pixels. */
  readonly width: number
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
    peers: runs,
    width: 2,
    hasBand: true,
  }))
  return renderLinesChart(lines, curve)
}

/** Draws a figure over the epochs of all phases, with the lines that are given; `null` where no epoch has the figure. */
export function renderLinesChart(lines: readonly Line[], { name, read, limit }: Curve): string | null {
  const curves = lines.map((line) => {
    const places = placesOf(line.peers)
    return { line, places, points: pointsOf(line.runs, places, read) }
  })
  const [first, ...others] = curves.map(({ places }) => places)
  // Comparisons with other phases have no line in common that parts them.
  const phases = others.every((places) => isDeepStrictEqual(places, first)) ? (first ?? []) : []
  const epochs = Math.max(...curves.flatMap(({ points }) => points.map(({ epoch }) => epoch)))
  if (curves.every(({ points }) => points.length === 0)) return null
  const option: ChartOption = {
    grid: { left: 56, right: 16, top: 12, bottom: 44 },
    xAxis: {
      ...axis,
      type: 'value',
      // A single epoch stands in the middle.
      ...(epochs === 1
        ? { min: 0, max: 2, interval: 1, axisLabel: { ...text, showMinLabel: false, showMaxLabel: false } }
        : { min: 1, max: epochs }),
      minInterval: 1,
      name: 'epoch',
      nameGap: 26,
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      type: 'value',
      scale: true,
      name,
      nameGap: 42,
      axisLabel: { ...text, formatter: formatTick },
      ...(limit !== undefined && {
        max: ({ min, max }: { readonly min: number; readonly max: number }) =>
          max + (max - min) / 4 >= limit ? limit : (null as unknown as number),
      }),
    },
    series: curves.flatMap(({ line, points }, index) => [
      ...(line.hasBand ? bandOf(line, points) : []),
      {
        type: 'line' as const,
        symbol: line.look.symbol,
        symbolSize: points.length > 30 ? 0 : 6,
        itemStyle: { color: line.look.color },
        lineStyle: { color: line.look.color, type: line.look.line, width: line.width },
        data: withGaps(points, ({ mean }) => mean),
        ...(index === 0 && { markLine: phaseLines(phases) }),
      },
    ]),
    textStyle: text,
  }
  return renderChart(option, size)
}

/** Places of the points, with a gap where an epoch is missing: no line leads through what nobody trained. */
function withGaps(points: readonly Point[], read: (point: Point) => number): [number, number | string][] {
  return points.flatMap((point, index): [number, number | string][] => {
    const before = points[index - 1]
    const place: [number, number] = [point.epoch, read(point)]
    return before && point.epoch > before.epoch + 1 ? [[before.epoch + 1, '-'], place] : [place]
  })
}

// A band is the difference of its ends, stacked on the lower one.
function bandOf({ name, look }: Line, points: readonly Point[]) {
  const area = { type: 'line' as const, stack: name, symbol: 'none', lineStyle: { width: 0 } }
  return [
    { ...area, data: withGaps(points, ({ least }) => least) },
    {
      ...area,
      areaStyle: { color: look.color, opacity: 0.18 },
      data: withGaps(points, ({ least, largest }) => largest - least),
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
