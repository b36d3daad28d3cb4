import { frameworkNames } from '../framework-names.js'
import type { LearningRateCurve } from '../protocol/find-learning-rate.js'
import type { Framework } from '../spec/schema.js'
import { absent, formatLearningRate, formatLoss, formatNumberOf, formatSeconds } from './format.js'
import { createStyle, type RenderOptions } from './style.js'
import { renderSection, renderTable } from './table.js'

/** Sweep of one framework, as it is shown. */
export type ShownSweep = LearningRateCurve & { readonly framework: Framework }

const endings = {
  finished: 'went to its end',
  diverged: 'diverged',
  notFinite: 'no longer finite',
} as const satisfies Record<ShownSweep['ended'], string>

/** Renders the suggestions of the sweeps, a row for each framework, and the path of the plot. */
export function renderSweeps(sweeps: readonly ShownSweep[], plot: string, options: RenderOptions): string {
  const style = createStyle(options)
  const table = renderTable(
    sweeps.map(({ framework, suggestions, points, ended, seconds }) => {
      const losses = points.map(({ smoothedLoss }) => smoothedLoss)
      return [
        frameworkNames[framework],
        formatLearningRate(suggestions.valley),
        formatLearningRate(suggestions.steep),
        losses.length === 0 ? absent : formatLoss(Math.min(...losses)),
        formatNumberOf(points.length, 'step'),
        endings[ended],
        formatSeconds(seconds),
      ]
    }),
    {
      head: ['', 'valley', 'steepest', 'lowest loss', '', '', ''],
      align: ['left', 'right', 'right', 'right', 'right', 'left', 'right'],
    },
    style,
  )
  return `${renderSection('Learning rate', table, style)}\n\nPlot: ${plot}`
}
