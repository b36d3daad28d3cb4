import { frameworkNames } from '../../framework-names.js'
import { formatLearningRate } from '../../report/format.js'
import type { ShownSweep } from '../../report/learning-rate-table.js'
import type { Framework } from '../../spec/schema.js'
import { type ChartOption, renderChartFile, type SeriesOption } from './render-chart.js'
import { axis, ink, looks, paper, text } from './theme.js'

const size = { width: 760, height: 480 }

/** Number of steps at the end of a sweep that set no scale, since the loss may have any size there. */
const lastSteps = 5

/** Sizes of each framework's marks. Where two curves are one, the small mark and the thin line lie on the large ones. */
const sizes: Readonly<Record<Framework, { readonly line: number; readonly mark: number }>> = {
  tensorflow: { line: 5, mark: 14 },
  pytorch: { line: 2, mark: 8 },
}

/**
 * Plots the smoothed losses of all frameworks over the learning rate, with the suggestions marked, as an SVG file that
 * stands by itself: no script, no font of its own, and colours for light and for dark surroundings.
 */
export function renderLearningRatePlot(title: string, sweeps: readonly ShownSweep[]): string {
  const rates = sweeps.flatMap(({ points }) => points.map(({ learningRate }) => Math.log10(learningRate)))
  const losses = sweeps.flatMap(({ points }) =>
    points.slice(0, Math.max(1, points.length - lastSteps)).map(({ smoothedLoss }) => smoothedLoss),
  )
  const [least, largest] = [Math.min(...losses), Math.max(...losses)]
  // Room for the labels above and below the curves.
  const room = 0.15 * (largest - least || Math.abs(largest) || 1)
  const low = Math.floor(Math.min(...rates))
  const option: ChartOption = {
    title: {
      text: title,
      subtext: 'Loss of a short training whose learning rate grows from step to step',
      left: 16,
      top: 12,
      itemGap: 6,
      textStyle: { ...text, fontSize: 16, fontWeight: 600 },
      subtextStyle: text,
    },
    grid: { left: 76, right: 28, top: 72, bottom: 52 },
    xAxis: {
      ...axis,
      type: 'value',
      min: low,
      max: Math.max(...rates) + 0.1,
      interval: 1,
      name: 'learning rate',
      nameGap: 28,
      splitLine: { ...axis.splitLine, showMaxLine: false },
      axisLabel: {
        ...text,
        showMaxLabel: false,
        formatter: (exponent: number) => (exponent === 0 ? '1' : `1e${exponent}`),
      },
    },
    yAxis: {
      ...axis,
      type: 'value',
      min: least - room,
      max: largest + room,
      name: 'smoothed loss, nats',
      nameGap: 46,
      axisLabel: { ...text, showMinLabel: false, showMaxLabel: false },
      splitLine: { ...axis.splitLine, showMinLine: false, showMaxLine: false },
    },
    series: [
      ...sweeps.map(curveOf),
      ...sweeps.map((sweep) => nameOf(sweep, sweeps)),
      ...sweeps.flatMap((sweep) => marksOf(sweep, sweeps, room / 4)),
    ],
    textStyle: text,
  }
  return renderChartFile(option, {
    ...size,
    title: `Learning-rate sweep of ${title}`,
    description: sweeps.map(describe).join(' '),
  })
}

function curveOf({ framework, points }: ShownSweep): SeriesOption {
  const { color, line } = looks[framework]
  return {
    type: 'line',
    symbol: 'none',
    z: 2,
    lineStyle: { color, width: sizes[framework].line, type: line, join: 'round' },
    data: points.map(placeOf),
  }
}

/** Tells whether a curve begins above that of the other framework, so that its labels have room above it. */
function isUpper(sweep: ShownSweep, sweeps: readonly ShownSweep[]): boolean {
  const startOf = ({ points }: ShownSweep): number => points[0]?.smoothedLoss ?? 0
  return sweeps.toSorted((a, b) => startOf(b) - startOf(a))[0] === sweep
}

/** Writes the framework's name at the beginning of its curve, on the side that is away from the other's. */
function nameOf(sweep: ShownSweep, sweeps: readonly ShownSweep[]): SeriesOption {
  const { framework, points } = sweep
  const label = `${looks[framework].mark} ${frameworkNames[framework]}`
  return labelAt(points.slice(0, 1).map(placeOf), label, looks[framework].color, {
    position: 'right',
    dy: isUpper(sweep, sweeps) ? -14 : 14,
  })
}

/** Marks the suggestions on a curve: the valley with a filled mark, the steepest place with an open one. */
function marksOf(sweep: ShownSweep, sweeps: readonly ShownSweep[], near: number): SeriesOption[] {
  const { framework, points, suggestions } = sweep
  const { color, symbol, mark } = looks[framework]
  return (['valley', 'steep'] as const).flatMap((name) => {
    const rate = suggestions[name]
    const point = points.find(({ learningRate }) => learningRate === rate)
    if (point === undefined) return []
    const sharing = sweeps.filter((other) => isMarkedAt(point, name, other, near))
    const isFilled = name === 'valley'
    const isFirst = Math.min(suggestions.valley ?? Number.POSITIVE_INFINITY, suggestions.steep ?? 0) === rate
    const marked: SeriesOption = {
      type: 'scatter',
      symbol,
      symbolSize: sizes[framework].mark,
      z: 4,
      itemStyle: {
        color: isFilled ? color : paper,
        borderColor: isFilled ? paper : color,
        borderWidth: isFilled ? 1 : 2,
        opacity: 1,
      },
      data: [placeOf(point)],
    }
    // Where both frameworks have a mark at one place, it is written once.
    if (sharing[0] !== sweep) return [marked]
    const isShared = sharing.length > 1
    // A curve falls from the left to the right: there is room to the left below it, and to the right above it.
    const isBelow = isShared || sweeps.length === 1 ? isFirst : !isUpper(sweep, sweeps)
    // A label beyond the last steps would leave the drawing.
    const isAtEnd = points.indexOf(point) > 0.7 * points.length
    const whose = isShared ? '' : `${mark} `
    const what = `${name === 'steep' ? 'steepest' : name} ${formatLearningRate(rate)}`
    return [
      marked,
      labelAt([placeOf(point)], `${whose}${what}`, isShared ? ink : color, {
        position: isBelow || isAtEnd ? 'left' : 'right',
        dx: isBelow || isAtEnd ? -4 : 4,
        dy: isBelow ? 12 : -12,
      }),
    ]
  })
}

type Point = ShownSweep['points'][number]

function isMarkedAt(
  { learningRate, smoothedLoss }: Point,
  name: 'valley' | 'steep',
  { points, suggestions }: ShownSweep,
  near: number,
): boolean {
  const point = points.find((each) => each.learningRate === suggestions[name])
  return point?.learningRate === learningRate && Math.abs(point.smoothedLoss - smoothedLoss) <= near
}

function labelAt(
  data: (readonly [number, number])[],
  label: string,
  color: string,
  { position, dx = 0, dy }: { position: 'left' | 'right'; dx?: number; dy: number },
): SeriesOption {
  return {
    type: 'scatter',
    symbolSize: 0,
    z: 5,
    silent: true,
    itemStyle: { opacity: 1 },
    label: {
      ...{ ...text, show: true, color, formatter: () => label, position },
      // Seen on a line that the label has to cross.
      ...{ textBorderColor: paper, textBorderWidth: 3 },
    },
    labelLayout: { dx, dy, moveOverlap: 'shiftY' },
    data: data.map(([x, y]) => [x, y]),
  }
}

function placeOf({ learningRate, smoothedLoss }: Point): [number, number] {
  return [Math.log10(learningRate), smoothedLoss]
}

function describe({ framework, suggestions: { valley, steep } }: ShownSweep): string {
  return `${frameworkNames[framework]} suggests ${formatLearningRate(valley)} in the valley and ${formatLearningRate(steep)} where the loss falls most steeply.`
}
