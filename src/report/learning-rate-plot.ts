import { frameworkNames } from '../framework-names.js'
import type { LearningRateCurve } from '../protocol/find-learning-rate.js'
import type { Framework } from '../spec/schema.js'
import { formatLearningRate } from './format.js'
import { linearTicks, powersOfTen } from './ticks.js'

/** Sweep of one framework, as it is plotted. */
export type PlottedSweep = LearningRateCurve & { readonly framework: Framework }

const width = 760
const height = 460
const frame = { left: 64, right: 24, top: 92, bottom: 56 } as const
const plotWidth = width - frame.left - frame.right
const plotHeight = height - frame.top - frame.bottom

/** Number of steps at the end of a sweep that set no scale, since the loss may have any size there. */
const lastSteps = 5

/** Radii of the marks. Where both frameworks' marks are at one place, one is seen around the other, as with the curves. */
const radii: Readonly<Record<Framework, number>> = { tensorflow: 8, pytorch: 4.5 }

/** Scales that turn values into places on the page. */
interface Scales {
  readonly x: (learningRate: number) => number
  readonly y: (loss: number) => number
}

/**
 * Plots the smoothed losses of all frameworks over the learning rate, with the suggestions marked, as an SVG document that
 * stands by itself: no script, no font of its own, and colours for light and for dark surroundings.
 */
export function renderLearningRatePlot(title: string, sweeps: readonly PlottedSweep[]): string {
  const rates = sweeps.flatMap(({ points }) => points.map(({ learningRate }) => learningRate))
  const losses = sweeps.flatMap(({ points }) =>
    points.slice(0, Math.max(1, points.length - lastSteps)).map(({ smoothedLoss }) => smoothedLoss),
  )
  const xRange = [Math.min(...rates), Math.max(...rates)] as const
  const yTicks = linearTicks(Math.min(...losses), Math.max(...losses))
  const yRange = [yTicks[0] ?? 0, yTicks.at(-1) ?? 1] as const
  const scales: Scales = {
    x: (rate) => frame.left + plotWidth * share(Math.log(rate), xRange.map(Math.log)),
    y: (loss) => frame.top + plotHeight * (1 - share(loss, yRange)),
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeXml(`Learning-rate sweep of ${title}`)}</title>`,
    `<desc id="description">${escapeXml(sweeps.map(describe).join(' '))}</desc>`,
    `<style>${styleSheet}</style>`,
    `<clipPath id="plot"><rect x="${frame.left}" y="${frame.top}" width="${plotWidth}" height="${plotHeight}"/></clipPath>`,
    `<rect class="surface" width="${width}" height="${height}"/>`,
    `<text class="heading" x="${frame.left}" y="30">${escapeXml(title)}</text>`,
    ...sweeps.map((sweep, index) => legendRow(sweep, 54 + 20 * index)),
    ...xAxis(xRange, scales),
    ...yAxis(yTicks, scales),
    ...sweeps.map((sweep) => curve(sweep, scales)),
    ...sweeps.flatMap((sweep) => marks(sweep, scales)),
    '</svg>',
    '',
  ].join('\n')
}

/** Position of a value between two others, as a share; 0.5 where the two are the same. */
function share(value: number, [low = 0, high = 0]: readonly number[]): number {
  return high === low ? 0.5 : (value - low) / (high - low)
}

function xAxis([low, high]: readonly [number, number], { x }: Scales): string[] {
  const bottom = frame.top + plotHeight
  const middle = frame.left + plotWidth / 2
  return [
    ...powersOfTen(low, high).flatMap((exponent) => {
      const at = round(x(10 ** exponent))
      return [
        `<line class="grid" x1="${at}" y1="${frame.top}" x2="${at}" y2="${bottom}"/>`,
        `<text class="tick" x="${at}" y="${bottom + 20}" text-anchor="middle">10<tspan class="exponent" dy="-5">${signed(exponent)}</tspan></text>`,
      ]
    }),
    `<line class="axis" x1="${frame.left}" y1="${bottom}" x2="${frame.left + plotWidth}" y2="${bottom}"/>`,
    `<text class="label" x="${middle}" y="${height - 12}" text-anchor="middle">learning rate</text>`,
  ]
}

function yAxis(ticks: readonly number[], { y }: Scales): string[] {
  const digits = Math.max(...ticks.map((tick) => String(tick).split('.')[1]?.length ?? 0))
  const middle = frame.top + plotHeight / 2
  return [
    ...ticks.flatMap((tick) => {
      const at = round(y(tick))
      return [
        `<line class="grid" x1="${frame.left}" y1="${at}" x2="${frame.left + plotWidth}" y2="${at}"/>`,
        `<text class="tick" x="${frame.left - 8}" y="${at + 4}" text-anchor="end">${tick.toFixed(digits)}</text>`,
      ]
    }),
    `<text class="label" x="18" y="${middle}" text-anchor="middle" transform="rotate(-90 18 ${middle})">smoothed loss</text>`,
  ]
}

function curve({ framework, points }: PlottedSweep, { x, y }: Scales): string {
  const path = points.map(
    ({ learningRate, smoothedLoss }, index) =>
      `${index === 0 ? 'M' : 'L'}${round(x(learningRate))} ${round(y(smoothedLoss))}`,
  )
  return `<path class="curve ${framework}" clip-path="url(#plot)" d="${path.join('')}"/>`
}

/** Marks of a sweep's suggestions: a filled circle for the valley, an open one for the steepest point. */
function marks({ framework, points, suggestions }: PlottedSweep, { x, y }: Scales): string[] {
  return (['valley', 'steep'] as const).flatMap((name) => {
    const point = points.find(({ learningRate }) => learningRate === suggestions[name])
    return point === undefined
      ? []
      : [
          `<circle class="${name} ${framework}" cx="${round(x(point.learningRate))}" cy="${round(y(point.smoothedLoss))}" r="${radii[framework]}"/>`,
        ]
  })
}

function legendRow({ framework, suggestions }: PlottedSweep, y: number): string {
  const { valley, steep } = suggestions
  const columns = [frame.left + 34, frame.left + 130, frame.left + 300] as const
  return [
    `<line class="curve ${framework}" x1="${frame.left}" y1="${y - 4}" x2="${frame.left + 26}" y2="${y - 4}"/>`,
    `<text class="label" x="${columns[0]}" y="${y}">${frameworkNames[framework]}</text>`,
    `<circle class="valley ${framework}" cx="${columns[1]}" cy="${y - 4}" r="5"/>`,
    `<text class="label" x="${columns[1] + 12}" y="${y}">valley ${formatLearningRate(valley)}</text>`,
    `<circle class="steep ${framework}" cx="${columns[2]}" cy="${y - 4}" r="5"/>`,
    `<text class="label" x="${columns[2] + 12}" y="${y}">steepest ${formatLearningRate(steep)}</text>`,
  ].join('\n')
}

function describe({ framework, suggestions: { valley, steep } }: PlottedSweep): string {
  return `${frameworkNames[framework]} suggests ${formatLearningRate(valley)} in the valley and ${formatLearningRate(steep)} where the loss falls most steeply.`
}

/** Formats an exponent with the minus sign of mathematics, which is wider than a hyphen. */
function signed(exponent: number): string {
  return String(exponent).replace('-', '−')
}

function round(value: number): number {
  return Math.round(100 * value) / 100
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

// PyTorch's curve is thin and drawn over TensorFlow's, which is broad: where the two are one, both are seen.
const styleSheet = `
:root { color-scheme: light dark; --surface: #fff; --text: #1f2328; --muted: #59636e; --grid: #e4e8ec; --tensorflow: #f2a24b; --pytorch: #3b3fb6; }
@media (prefers-color-scheme: dark) {
  :root { --surface: #0d1117; --text: #e6edf3; --muted: #9198a1; --grid: #262c34; --tensorflow: #b5651d; --pytorch: #a9b4ff; }
}
text { font: 13px system-ui, sans-serif; fill: var(--text); }
.heading { font-size: 16px; font-weight: 600; }
.tick { fill: var(--muted); font-variant-numeric: tabular-nums; }
.exponent { font-size: 10px; }
.surface { fill: var(--surface); }
.grid { stroke: var(--grid); }
.axis { stroke: var(--muted); }
.curve { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.curve.tensorflow { stroke: var(--tensorflow); stroke-width: 6; }
.curve.pytorch { stroke: var(--pytorch); stroke-width: 2; }
.valley.tensorflow { fill: var(--tensorflow); stroke: var(--surface); }
.valley.pytorch { fill: var(--pytorch); stroke: var(--surface); }
.steep { fill: var(--surface); stroke-width: 2.5; }
.steep.tensorflow { stroke: var(--tensorflow); }
.steep.pytorch { stroke: var(--pytorch); }
`
