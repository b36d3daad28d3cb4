import type { Comparison, Difference } from '../compare/comparison.js'
import { formatCount, formatOr, formatPercent, formatPValue } from './format.js'
import { type Metric, metricFormats, metricsOf } from './metric-format.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Row of a metric that has a difference. */
interface Row {
  readonly metric: Metric
  readonly difference: Difference
}

/** Renders the paired differences with their intervals, and how many seeds to add; `null` where no seed has both frameworks. */
export function renderDifferenceTable(comparison: Comparison, style: Style): string | null {
  const rows = metricsOf(comparison).flatMap((metric): Row[] => {
    const { difference } = comparison.metrics[metric]
    return difference === null ? [] : [{ metric, difference }]
  })
  if (rows.length === 0) return null
  return [
    renderSection('TensorFlow minus PyTorch', renderDifferences(rows, style), style),
    renderSection('Seeds to add', renderMoreSeeds(rows, style), style),
  ].join('\n\n')
}

function renderDifferences(rows: readonly Row[], style: Style): string {
  const table = renderTable(
    rows.map(({ metric, difference }) => figures(metric, difference)),
    {
      head: ['', 'pairs', 'mean', 'interval', 'level', 'p', 'Holm p', ''],
      align: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    },
    style,
  )
  const note =
    'Holm p: adjusted for the number of the other metrics; that question and the verdict together may err twice as often as each.'
  return `${table}\n\n${renderProse(note, style)}`
}

function figures(metric: Metric, difference: Difference): string[] {
  const { pairs, mean, interval, level, pValue, adjustedPValue } = difference
  const { name, unit, difference: format } = metricFormats[metric]
  return [
    name,
    String(pairs),
    format(mean),
    formatOr(interval, ([low, high]) => `${format(low)} to ${format(high)}`),
    formatOr(level, (share) => formatPercent(share, 1)),
    formatOr(pValue, formatPValue),
    formatOr(adjustedPValue, formatPValue),
    unit,
  ]
}

function renderMoreSeeds(rows: readonly Row[], style: Style): string {
  const table = renderTable(
    rows.map(({ metric, difference: { moreSeeds } }) => [
      metricFormats[metric].name,
      formatMoreSeeds(moreSeeds.difference),
      formatMoreSeeds(moreSeeds.equivalence),
    ]),
    { head: ['', 'to show a difference', 'to show equivalence'], align: ['left', 'right', 'right'] },
    style,
  )
  const note =
    'The numbers are estimates for seeds that `twintune extend` adds to this comparison, at the level that the next look at it ' +
    'has left, from the means and spreads above and for a power of 80%. There ' +
    'is no estimate for the equivalence of a metric without a margin, nor where a seed has no pair.'
  return `${table}\n\n${renderProse(note, style)}`
}

function formatMoreSeeds(count: number | null): string {
  return formatOr(count, (more) => (more === 0 ? 'shown' : formatCount(more)))
}
