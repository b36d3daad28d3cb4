import type { Comparison } from '../compare/comparison.js'
import { frameworkNames } from '../framework-names.js'
import { formatLoss, formatOr } from './format.js'
import { type Point, placesOf, pointsOf, type ReadEpoch } from './learning-curves.js'
import { finishedRuns, frameworksOf, runsOf } from './runs.js'
import { sparkLine } from './spark-line.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

const losses: readonly { readonly label: string; readonly read: ReadEpoch }[] = [
  { label: 'training loss', read: ({ train }) => train.loss },
  { label: 'validation loss', read: ({ validation }) => validation?.loss ?? null },
]

/**
 * Renders how the losses went over the epochs, with a column for each framework: one that still falls at the end asks for
 * more epochs, one that rises for fewer. `null` where there are no two epochs.
 */
export function renderTrainingSummary({ runs }: Comparison, style: Style): string | null {
  const finished = finishedRuns(runs)
  const frameworks = frameworksOf(finished)
  const places = placesOf(finished)
  const rows = losses
    .map(({ label, read }) => ({
      label,
      curves: frameworks.map((framework) => pointsOf(runsOf(framework, finished), places, read)),
    }))
    .filter(({ curves }) => curves.some((points) => points.length > 1))
  if (rows.length === 0) return null
  const table = renderTable(
    rows.map(({ label, curves }) => [label, ...curves.map((points) => curveCell(points, style))]),
    {
      head: ['', ...frameworks.map((framework) => frameworkNames[framework])],
      align: ['left', ...frameworks.map(() => 'right' as const)],
    },
    style,
  )
  const note = `Means over the runs, from the first epoch to the last of ${places.length}.`
  return renderSection('Training', `${table}\n\n${renderProse(note, style)}`, style)
}

/** First and last value of a curve, with the way between them where the terminal can show it. */
function curveCell(points: readonly Point[], { sparkLines }: Style): string {
  const means = points.map(({ mean }) => mean)
  const [first, last] = [means.at(0), means.at(-1)].map((value) => formatOr(value, formatLoss))
  return `${first} ${sparkLines && means.length > 1 ? sparkLine(means) : 'to'} ${last}`
}
