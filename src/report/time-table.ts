import type { Comparison } from '../compare/comparison.js'
import { isDisturbed } from '../compare/disturbance.js'
import { frameworkNames } from '../framework-names.js'
import type { FinishedRun } from '../protocol/result.js'
import { formatCount, formatNumberOf, formatOr, formatPercent, formatRate } from './format.js'
import { finishedRuns, frameworksOf, meanOf, runsOf, totalSeconds } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

type Part = keyof FinishedRun['seconds']

/** Row of the table: a figure of the finished runs of a framework, or `null` where it says nothing. */
interface Measure {
  readonly label: string
  readonly value: (runs: readonly FinishedRun[]) => number | null
  readonly format: (value: number) => string
}

/** Mark of a time from runs that others disturbed. */
const disturbedMark = ' *'

/** Labels of the parts of a run, in the order in which the parts happen. */
const partLabels: Readonly<Record<Part, string>> = {
  start: 'start Python',
  import: 'import the framework',
  data: 'read the data',
  build: 'build the model',
  features: 'compute features',
  firstStep: 'first step',
  train: 'train',
  loader: '  of it waiting for batches',
  validation: 'validate',
  checkpoint: 'write checkpoints',
  evaluate: 'test',
}

const speeds: readonly Measure[] = [
  { label: 'training', value: (runs) => meanOf(runs.map((run) => run.imagesPerSecond)), format: formatRate },
  {
    label: 'feature pass',
    value: (runs) => meanOf(runs.map((run) => run.featureImagesPerSecond)),
    format: formatRate,
  },
]

// The share is the most that training would gain from batches that never kept it waiting.
const loaderShare: Measure = {
  label: '  as a share',
  value: (runs) => meanOf(runs.map(({ seconds: { loader, train } }) => (train > 0 ? loader / train : null))),
  format: formatShare,
}

const durations: readonly Measure[] = [
  ...(Object.keys(partLabels) as Part[]).flatMap((part) => [
    {
      label: partLabels[part],
      value: (runs: readonly FinishedRun[]) => meanSeconds(part, runs),
      format: formatHundredths,
    },
    ...(part === 'loader' ? [loaderShare] : []),
  ]),
  {
    label: 'a run in all',
    value: (runs) => meanOf(runs.map((run) => totalSeconds(run.seconds))),
    format: formatHundredths,
  },
]

const memory: readonly Measure[] = [
  { label: 'peak', value: peakBytes, format: (bytes) => formatCount(bytes / 2 ** 20) },
]

/** Renders speed, seconds by part and memory, with a column for each framework; `null` when no run finished. */
export function renderTimeTable({ runs }: Comparison, style: Style): string | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const frameworks = frameworksOf(finished)
  const groups = [
    { title: 'Images a second', measures: speeds, timed: true },
    { title: 'Seconds', measures: durations, timed: true },
    ...profiledPhases(finished).map((phase) => ({
      title: `Milliseconds a step in phase ${phase}`,
      measures: stepParts(phase),
      timed: true,
    })),
    { title: 'Memory in MiB', measures: memory, timed: false },
  ]
  const columns = frameworks.map((framework) => columnOf(runsOf(framework, finished)))
  const rows = groups.flatMap(({ title, measures, timed }, index) => [
    ...(index === 0 ? [] : [[]]),
    [style.colors.dim(title)],
    ...measures
      .map((measure) => ({
        measure,
        cells: columns.map(({ all, comparable, mark }) =>
          timed ? { value: measure.value(comparable), mark } : { value: measure.value(all), mark: '' },
        ),
      }))
      .filter(({ cells }) => cells.some(({ value }) => value !== null))
      .map(({ measure, cells }) => [
        `  ${measure.label}`,
        ...cells.map(({ value, mark }) => formatOr(value, (figure) => `${measure.format(figure)}${mark}`)),
      ]),
  ])
  const table = renderTable(
    rows,
    {
      head: ['', ...frameworks.map((framework) => frameworkNames[framework])],
      align: ['left', ...frameworks.map(() => 'right' as const)],
    },
    style,
  )
  return renderSection('Speed and memory', `${table}\n\n${renderProse(notes(finished), style)}`, style)
}

/** Runs of a framework, those of them whose times are given, and what marks times that are no good. */
interface Column {
  readonly all: readonly FinishedRun[]
  readonly comparable: readonly FinishedRun[]
  readonly mark: string
}

/** Chooses the runs whose times are given: those that nobody disturbed, or all with a mark where there is none. */
function columnOf(all: readonly FinishedRun[]): Column {
  const comparable = all.filter((run) => !isDisturbed(run))
  return comparable.length > 0 ? { all, comparable, mark: '' } : { all, comparable: all, mark: disturbedMark }
}

/** Notes on how the figures were measured. */
function notes(finished: readonly FinishedRun[]): string {
  const methods = [...new Set(finished.map((run) => run.peakMemoryMethod))]
  return [
    `Figures are means of ${countRuns(finished)}; memory is the largest.`,
    "Images a second leave out each phase's first step.",
    "Only a worker's first run starts and imports, and mostly it alone computes features and builds a frozen backbone: the rows don't add up to a run in all.",
    `Peak memory: ${methods.join('; ')}.`,
    ...cacheNotes(finished),
    ...profileNotes(finished),
    ...disturbanceNotes(finished),
  ].join(' ')
}

function countRuns(finished: readonly FinishedRun[]): string {
  const counts = frameworksOf(finished).map((framework) => ({
    name: frameworkNames[framework],
    runs: columnOf(runsOf(framework, finished)).comparable.length,
  }))
  const [first] = counts
  return counts.every(({ runs }) => runs === first?.runs)
    ? `${formatNumberOf(first?.runs ?? 0, 'run')} a framework`
    : counts.map(({ name, runs }) => `${formatNumberOf(runs, 'run')} of ${name}`).join(' and ')
}

/** Notes which runs read their features from the cache, which is another kind of work than computing them. */
function cacheNotes(finished: readonly FinishedRun[]): string[] {
  const cached = finished
    .filter(({ facts }) => facts.phases.some(({ features }) => features === 'cached'))
    .map(({ framework, seed }) => `${frameworkNames[framework]} seed ${seed}`)
  if (cached.length === 0) return []
  return [
    `Features came from the cache, which says nothing of the time to compute them: ${cached.join(', ')}.`,
  ]
}

function profiledPhases(finished: readonly FinishedRun[]): number[] {
  return [...new Set(finished.flatMap(({ profile }) => profile.map(({ phase }) => phase)))]
}

/** Rows of the parts of a phase's training step, in their order. */
function stepParts(phase: number): Measure[] {
  return (['transfer', 'forward', 'backward', 'optimizer'] as const).map((part) => ({
    label: part,
    value: (runs) =>
      meanOf(runs.map(({ profile }) => profile.find((profiled) => profiled.phase === phase)?.[part])),
    format: formatHundredths,
  }))
}

function profileNotes(finished: readonly FinishedRun[]): string[] {
  const steps = finished.flatMap(({ profile }) => profile.map((profiled) => profiled.steps))
  if (steps.length === 0) return []
  const [fewest, most] = [Math.min(...steps), Math.max(...steps)]
  const count = fewest === most ? formatNumberOf(most, 'step') : `${fewest} to ${most} steps`
  return [
    `Milliseconds a step are medians of ${count} after the run, the device waited for around each part: backward and optimizer are what a step that goes as far takes longer than one that ends before.`,
  ]
}

function disturbanceNotes(finished: readonly FinishedRun[]): string[] {
  return frameworksOf(finished).flatMap((framework) => {
    const { all, mark } = columnOf(runsOf(framework, finished))
    const disturbed = all
      .filter(isDisturbed)
      .map(({ seed, othersCpuShare }) => `seed ${seed} (${formatOr(othersCpuShare, formatShare)})`)
    if (disturbed.length === 0) return []
    const runs = `${frameworkNames[framework]} ${disturbed.join(', ')}`
    return mark === ''
      ? [`Left out, because others used the processors meanwhile: the times of ${runs}.`]
      : [`${disturbedMark.trim()} Not comparable, because others used the processors meanwhile: ${runs}.`]
  })
}

/**
 * Mean seconds of a part over the runs that had it: a worker's later runs start and import nothing, and those that found all
 * features in the cache computed none.
 */
function meanSeconds(part: Part, runs: readonly FinishedRun[]): number | null {
  const computing = runs.filter(({ featureImagesPerSecond }) => featureImagesPerSecond !== null)
  const counted = part === 'features' && computing.length > 0 ? computing : runs
  return meanOf(counted.map((run) => run.seconds[part] || null))
}

function peakBytes(runs: readonly FinishedRun[]): number {
  return Math.max(...runs.map((run) => run.peakMemoryBytes))
}

function formatHundredths(value: number): string {
  return value.toFixed(2)
}

function formatShare(share: number): string {
  return formatPercent(share, 0)
}
