import type { Comparison } from '../compare/comparison.js'
import { frameworkNames } from '../framework-names.js'
import type { FinishedRun } from '../protocol/result.js'
import { formatRate } from './format.js'
import {
  countRuns,
  disturbanceNotes,
  formatHundredths,
  formatShare,
  type Measure,
  type MeasureGroup,
  peakMemory,
  profileGroups,
  profileNotes,
  renderMeasures,
  secondsInAll,
  trainingSpeed,
} from './measures.js'
import { finishedRuns, frameworksOf, meanOf, runsOf } from './runs.js'
import type { Style } from './style.js'

/** Part of a run whose seconds are told. */
export type Part = keyof FinishedRun['seconds']

/** Labels of the parts of a run, in the order in which the parts happen. */
export const partLabels: Readonly<Record<Part, string>> = {
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

/** Images a second in training and in the pass of a frozen backbone. */
export const speeds: readonly Measure[] = [
  trainingSpeed,
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
  secondsInAll,
]

/** Renders speed, seconds by part and memory, with a column for each framework; `null` when no run finished. */
export function renderTimeTable({ runs }: Comparison, style: Style): string | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  return renderMeasures(timeGroups(finished), timeNotes(finished), finished, style)
}

/** Lists all figures of time and memory in their groups. */
export function timeGroups(finished: readonly FinishedRun[]): MeasureGroup[] {
  return [
    { title: 'Images a second', measures: speeds },
    { title: 'Seconds', measures: durations },
    ...profileGroups(finished),
    { title: 'Memory in MiB', measures: [peakMemory] },
  ]
}

/** Notes on how the figures were measured. */
export function timeNotes(finished: readonly FinishedRun[]): string[] {
  const methods = [...new Set(finished.map((run) => run.peakMemoryMethod))]
  return [
    `Figures are means of ${countRuns(finished)}; memory is the largest.`,
    "Images a second leave out each phase's first step.",
    "Only a worker's first run starts and imports, and mostly it alone computes features and builds a frozen backbone: the rows don't add up to a run in all.",
    `Peak memory: ${methods.join('; ')}.`,
    ...cacheNotes(finished),
    ...profileNotes(finished),
    ...disturbanceNotes(finished),
  ]
}

/** Notes which runs read their features from the cache, which is another kind of work than computing them. */
function cacheNotes(finished: readonly FinishedRun[]): string[] {
  const cached = finished.filter(({ facts }) => facts.phases.some(({ features }) => features === 'cached'))
  if (cached.length === 0) return []
  const runs = frameworksOf(finished).flatMap((framework) => {
    const seeds = runsOf(framework, cached).map(({ seed }) => seed)
    return seeds.length === 0
      ? []
      : [`${frameworkNames[framework]} seed${seeds.length > 1 ? 's' : ''} ${seeds.join(', ')}`]
  })
  return [`Features came from the cache, which says nothing of the time to compute them: ${runs.join('; ')}.`]
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
