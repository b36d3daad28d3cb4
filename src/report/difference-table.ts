import type { Comparison, Difference } from '../compare/comparison.js'
import type { Verdict } from '../compare/verdict.js'
import { frameworkNames } from '../framework-names.js'
import type { Framework } from '../spec/schema.js'
import { formatCount, formatOr, formatPercent, formatPValue } from './format.js'
import { type Metric, metricFormats, metricsOf } from './metric-format.js'
import { finishedRuns } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Note on the causes that an idiomatic comparison can't tell apart. */
const idiomaticNote =
  'Idiomatic mode: each framework uses its own model library, defaults and input pipeline. The two do different work by ' +
  'intent, so a difference is that of two recipes and not of the frameworks alone.'

/** Text in place of a verdict: a test of five classes or fewer has no top-5 accuracy. */
const noVerdict = 'no verdict, since no run has this metric.'

/** Row of a metric that has a difference. */
interface Row {
  readonly metric: Metric
  readonly difference: Difference
}

/**
 * Renders the paired differences with their intervals, the verdict, and how many seeds to add; `null` where no seed has
 * both frameworks.
 */
export function renderDifferenceTable(comparison: Comparison, style: Style): string | null {
  const rows = metricsOf(comparison).flatMap((metric): Row[] => {
    const { difference } = comparison.metrics[metric]
    return difference === null ? [] : [{ metric, difference }]
  })
  if (rows.length === 0) return null
  return [
    renderSection('TensorFlow minus PyTorch', renderDifferences(rows, style), style),
    renderSection('Verdict', renderVerdict(comparison, style), style),
    renderSection('Seeds to add', renderMoreSeeds(rows, style), style),
  ].join('\n\n')
}

/** Renders the outcome on the primary metric in one line, for those who want no more. */
export function verdictLine({ primaryMetric, metrics, runs }: Comparison): string {
  const { name, value } = metricFormats[primaryMetric]
  const means = (['tensorflow', 'pytorch'] as const).flatMap((framework) => {
    const summary = metrics[primaryMetric][framework]
    return summary === null ? [] : [`${frameworkNames[framework]} ${value(summary.mean)}`]
  })
  if (means.length === 0)
    return finishedRuns(runs).length === 0 ? 'No run finished.' : `Test ${name}: ${noVerdict}`
  const { difference } = metrics[primaryMetric]
  const verdict =
    difference?.verdict == null ? '' : ` – ${verdictName(difference.verdict)}: ${difference.reason}`
  return `Test ${name}: ${means.join(', ')}${verdict}`
}

function renderDifferences(rows: readonly Row[], style: Style): string {
  return renderTable(
    rows.map(({ metric, difference }) => figures(metric, difference)),
    {
      head: ['', 'pairs', 'mean', 'interval', 'level', 'p', 'Holm p', ''],
      align: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    },
    style,
  )
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

function renderVerdict({ mode, vary, primaryMetric, metrics }: Comparison, style: Style): string {
  const { name } = metricFormats[primaryMetric]
  const { verdict, reason } = metrics[primaryMetric].difference ?? { verdict: null }
  const outcome = verdict === null ? noVerdict : `${style.colors.bold(verdictName(verdict))}: ${reason}`
  const notes = [
    `The verdict is about ${name} alone, for this test set; the seeds vary ${vary.join(', ')}.`,
    'Holm p: adjusted for the number of the other metrics; the two questions together may err twice as often as each.',
    ...(mode === 'idiomatic' ? [idiomaticNote] : []),
  ]
  const table = renderTable([[name, outcome]], { align: ['left', 'left'], fold: true }, style)
  return `${table}\n\n${renderProse(notes.join(' '), style)}`
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
    'The numbers are estimates to plan a comparison with, from the means and spreads above and for a power of 80%. There ' +
    'is no estimate for the equivalence of a metric without a margin, nor where a seed has no pair.'
  return `${table}\n\n${renderProse(note, style)}`
}

function formatMoreSeeds(count: number | null): string {
  return formatOr(count, (more) => (more === 0 ? 'shown' : formatCount(more)))
}

function verdictName(verdict: Verdict): string {
  return isFramework(verdict) ? frameworkNames[verdict] : verdict
}

function isFramework(verdict: Verdict): verdict is Framework {
  return verdict in frameworkNames
}
