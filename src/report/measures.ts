import { isDisturbed } from '../compare/disturbance.js'
import { frameworkNames } from '../framework-names.js'
import type { FinishedRun } from '../protocol/result.js'
import { formatCount, formatNumberOf, formatOr, formatPercent, formatRate } from './format.js'
import { frameworksOf, meanOf, runsOf, totalSeconds } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

// Figures of time and memory, which the report in full and its summary share.

/** Row of a table: a figure of the finished runs of a framework, or `null` where it says nothing. */
export interface Measure {
  readonly label: string
  readonly value: (runs: readonly FinishedRun[]) => number | null
  readonly format: (value: number) => string
  /** Whether the figure depends on what else the machine did, so that a disturbed run has no say in it; true by default. */
  readonly timed?: boolean
}

/** Rows that belong together. */
export interface MeasureGroup {
  /** Title above the rows, which stand to the right of it; none where it is empty. */
  readonly title: string
  readonly measures: readonly Measure[]
}

/** Mark of a time from runs that others disturbed. */
const disturbedMark = ' *'

export const trainingSpeed: Measure = {
  label: 'training',
  value: (runs) => meanOf(runs.map((run) => run.imagesPerSecond)),
  format: formatRate,
}

export const secondsInAll: Measure = {
  label: 'a run in all',
  value: (runs) => meanOf(runs.map((run) => totalSeconds(run.seconds))),
  format: formatHundredths,
}

export const peakMemory: Measure = {
  label: 'peak',
  value: peakBytes,
  format: (bytes) => formatCount(bytes / 2 ** 20),
  timed: false,
}

/** Figures that most people ask for, each with its unit. */
export const speedMeasures: readonly Measure[] = [
  { ...trainingSpeed, label: 'training, images a second' },
  { ...secondsInAll, label: 'a run in all, seconds' },
  { ...peakMemory, label: 'peak memory, MiB' },
]

/** Notes what the figures of `speedMeasures` are. */
export function speedNotes(finished: readonly FinishedRun[]): string[] {
  return [`Means of ${countRuns(finished)}, with the largest memory.`, ...disturbanceNotes(finished)]
}

/** Groups of the parts of a training step, one for each phase whose steps were profiled. */
export function profileGroups(finished: readonly FinishedRun[]): MeasureGroup[] {
  return profiledPhases(finished).map((phase) => ({
    title: `Milliseconds a step in phase ${phase}`,
    measures: stepParts(phase),
  }))
}

/** Renders the section of time and memory: figures in groups with an empty line between them, and notes under them. */
export function renderMeasures(
  groups: readonly MeasureGroup[],
  notes: readonly string[],
  finished: readonly FinishedRun[],
  style: Style,
): string {
  const rows = groups.flatMap(({ title, measures }, index) => {
    const ofGroup = measureRows(measures, finished)
    const separator = index === 0 ? [] : [[]]
    if (title === '') return [...separator, ...ofGroup]
    const indented = ofGroup.map(([label, ...cells]) => [`  ${label}`, ...cells])
    return [...separator, [style.colors.dim(title)], ...indented]
  })
  const frameworks = frameworksOf(finished)
  const table = renderTable(
    rows,
    {
      head: ['', ...frameworks.map((framework) => frameworkNames[framework])],
      align: ['left', ...frameworks.map(() => 'right' as const)],
    },
    style,
  )
  return renderSection('Speed and memory', `${table}\n\n${renderProse(notes.join(' '), style)}`, style)
}

/** Lists the labels of the measures of which any framework has a figure, each with the cells of all frameworks. */
export function measureRows(measures: readonly Measure[], finished: readonly FinishedRun[]): string[][] {
  const columns = frameworksOf(finished).map((framework) => comparableRuns(runsOf(framework, finished)))
  return measures
    .map(({ label, value, format, timed = true }) => ({
      label,
      format,
      cells: columns.map(({ all, comparable, mark }) =>
        timed ? { figure: value(comparable), mark } : { figure: value(all), mark: '' },
      ),
    }))
    .filter(({ cells }) => cells.some(({ figure }) => figure !== null))
    .map(({ label, format, cells }) => [
      label,
      ...cells.map(({ figure, mark }) => formatOr(figure, (present) => `${format(present)}${mark}`)),
    ])
}

/** Runs of a framework, those of them whose times are given, and what marks times that are no good. */
interface ComparableRuns {
  readonly all: readonly FinishedRun[]
  readonly comparable: readonly FinishedRun[]
  readonly mark: string
}

/** Chooses the runs whose times are given: those that nobody disturbed, or all with a mark where there is none. */
export function comparableRuns(all: readonly FinishedRun[]): ComparableRuns {
  const comparable = all.filter((run) => !isDisturbed(run))
  return comparable.length > 0 ? { all, comparable, mark: '' } : { all, comparable: all, mark: disturbedMark }
}

/** Counts the runs that the figures are means of: `3 runs a framework`. */
export function countRuns(finished: readonly FinishedRun[]): string {
  const counts = frameworksOf(finished).map((framework) => ({
    name: frameworkNames[framework],
    runs: comparableRuns(runsOf(framework, finished)).comparable.length,
  }))
  const [first] = counts
  return counts.every(({ runs }) => runs === first?.runs)
    ? `${formatNumberOf(first?.runs ?? 0, 'run')} a framework`
    : counts.map(({ name, runs }) => `${formatNumberOf(runs, 'run')} of ${name}`).join(' and ')
}

/** Notes how the parts of a step were timed. */
export function profileNotes(finished: readonly FinishedRun[]): string[] {
  const steps = finished.flatMap(({ profile }) => profile.map((profiled) => profiled.steps))
  if (steps.length === 0) return []
  const [fewest, most] = [Math.min(...steps), Math.max(...steps)]
  const count = fewest === most ? formatNumberOf(most, 'step') : `${fewest} to ${most} steps`
  return [
    `Milliseconds a step are medians of ${count} after the run, the device waited for around each part: backward and optimizer are what a step that goes as far takes longer than one that ends before.`,
  ]
}

/** Notes which runs others disturbed. */
export function disturbanceNotes(finished: readonly FinishedRun[]): string[] {
  const disturbed = frameworksOf(finished).flatMap((framework) => {
    const { all, mark } = comparableRuns(runsOf(framework, finished))
    const seeds = all
      .filter(isDisturbed)
      .map(({ seed, othersCpuShare }) => `seed ${seed} (${formatOr(othersCpuShare, formatShare)})`)
    return seeds.length === 0 ? [] : [{ mark, runs: `${frameworkNames[framework]} ${seeds.join(', ')}` }]
  })
  const runsWith = (isMarked: boolean) =>
    disturbed
      .filter(({ mark }) => (mark !== '') === isMarked)
      .map(({ runs }) => runs)
      .join('; ')
  const [leftOut, marked] = [runsWith(false), runsWith(true)]
  return [
    ...(leftOut === ''
      ? []
      : [`Left out, because others used the processors meanwhile: the times of ${leftOut}.`]),
    ...(marked === ''
      ? []
      : [`${disturbedMark.trim()} Not comparable, because others used the processors meanwhile: ${marked}.`]),
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

function peakBytes(runs: readonly FinishedRun[]): number {
  return Math.max(...runs.map((run) => run.peakMemoryBytes))
}

/** Formats a figure to two digits behind the point. */
export function formatHundredths(value: number): string {
  return value.toFixed(2)
}

/** Formats a share without digits behind the point: `12%`. */
export function formatShare(share: number): string {
  return formatPercent(share, 0)
}
