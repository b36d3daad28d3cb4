import type { Comparison } from '../compare/comparison.js'
import { metricTraits } from '../compare/metrics.js'
import type { Distance, Noise, NoiseFigure } from '../compare/noise.js'
import { frameworkNames } from '../framework-names.js'
import type { Framework } from '../spec/schema.js'
import { formatCount, formatOr } from './format.js'
import { type Metric, metricFormats, metricsOf } from './metric-format.js'
import { frameworksOf, seedCount } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

type Side = Framework | 'between'

/** Format of a figure: its name, and the unit of a distance. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly scale: number
}

/** Renders how far each framework lies from itself, beside how far the two lie from each other; `null` without repeats. */
export function renderNoiseTable(comparison: Comparison, style: Style): string | null {
  const { noise, runs } = comparison
  if (noise === null) return null
  const frameworks = frameworksOf(runs)
  const sides: Side[] = frameworks.length > 1 ? ['tensorflow', 'pytorch', 'between'] : frameworks
  const table = renderTable(
    noiseFiguresOf(comparison).map((key) => {
      const { name, unit, scale } = noiseFigure(key)
      return [name, ...sides.map((side) => formatOr(noise[key][side], (of) => distanceCell(of, scale))), unit]
    }),
    {
      head: [
        '',
        ...sides.map((side) => (side === 'between' ? 'the two' : `${frameworkNames[side]} twice`)),
        '',
      ],
      align: ['left', ...sides.map(() => 'right' as const), 'left'],
    },
    style,
  )
  const prose = [
    howToRead(seedCount(comparison)),
    ...frameworks.map((of) => noiseVerdict(of, comparison, noise)),
  ]
  return renderSection(
    'Noise: the same seed twice',
    `${table}\n\n${renderProse(prose.join(' '), style)}`,
    style,
  )
}

/** Figures that noise is shown of, in their order. */
export function noiseFiguresOf(comparison: Comparison): NoiseFigure[] {
  return [...metricsOf(comparison), 'firstStepLoss', 'differentImages']
}

/** Gives the name and unit that a figure is shown with. */
export function noiseFigure(key: NoiseFigure): Figure {
  if (key === 'firstStepLoss') return { name: 'step-1 loss', unit: 'nats', scale: 1 }
  if (key === 'differentImages') return { name: 'different', unit: 'images', scale: 1 }
  const { name, unit } = metricFormats[key satisfies Metric]
  return { name, unit, scale: metricTraits[key].isShare ? 100 : 1 }
}

/** Cell of a distance: the mean, and in brackets the largest where there are several pairs. */
export function distanceCell({ mean, largest, pairs }: Distance, scale: number): string {
  const text = formatDistance(scale * mean)
  return pairs === 1 ? text : `${text} (${formatDistance(scale * largest)})`
}

/** Formats a distance with two digits, however small, so that only an exact zero looks like zero. */
function formatDistance(distance: number): string {
  if (distance === 0) return '0'
  if (distance < 0.001) return distance.toExponential(1)
  return distance < 99.5 ? String(Number(distance.toPrecision(2))) : formatCount(distance)
}

function howToRead(seeds: number): string {
  const distances =
    seeds > 1
      ? 'Means of the absolute differences over the seeds that finished, the largest in brackets'
      : 'Absolute differences'
  return `${distances}: of two runs of one framework with the same seed, and of the two frameworks.`
}

/** Tells whether a framework computed exactly the same twice, and what deterministic mode and other causes have to do with it. */
export function noiseVerdict(framework: Framework, comparison: Comparison, noise: Noise): string {
  const name = frameworkNames[framework]
  const distances = noiseFiguresOf(comparison).flatMap((key) => noise[key][framework] ?? [])
  if (distances.length === 0) return `${name} has no seed that finished twice.`
  const deterministic = [...comparison.runs, ...comparison.repeats]
    .filter((run) => run.framework === framework)
    .every(({ facts }) => facts === null || facts.deterministic)
  const unlike = noise.unlike[framework]
  const doubt =
    unlike.length > 0 ? ` Its runs and their repeats do not report the same ${unlike.join(', ')}.` : ''
  const despite = deterministic ? ', though in deterministic mode' : ''
  if (!distances.every(({ largest }) => largest === 0)) {
    return `${name} did not come to the same twice${despite}.${doubt}`
  }
  if (!noise.sameModel[framework]) {
    return `${name} came to the same figures twice, but not to the same weights${despite}.${doubt}`
  }
  const expected = deterministic ? ', as deterministic mode has it' : ''
  return `${name} came to exactly the same twice, to the last bit of the weights${expected}.${doubt}`
}
