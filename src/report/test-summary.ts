import type { Comparison } from '../compare/comparison.js'
import type { MetricSummary } from '../compare/summary.js'
import { frameworkNames } from '../framework-names.js'
import { formatNumberOf, formatOr, formatPercent } from './format.js'
import { type Metric, metricFormats, metricsOf } from './metric-format.js'
import { countSummarized, finishedRuns, frameworksOf } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Renders each metric of the test, with a column for each framework and their difference; `null` when no run finished. */
export function renderTestSummary(comparison: Comparison, style: Style): string | null {
  const frameworks = frameworksOf(finishedRuns(comparison.runs))
  if (frameworks.length === 0) return null
  const metrics = metricsOf(comparison)
  const runs = countSummarized(comparison)
  const hasPairs = metrics.some((metric) => comparison.metrics[metric].difference !== null)
  const table = renderTable(
    metrics.map((metric) => [
      metricFormats[metric].name,
      ...frameworks.map((framework) => valueCell(metric, comparison.metrics[metric][framework], runs)),
      ...(hasPairs ? differenceCells(metric, comparison) : []),
    ]),
    {
      head: [
        '',
        ...frameworks.map((framework) => frameworkNames[framework]),
        ...(hasPairs ? ['difference', 'interval'] : []),
      ],
      align: [
        'left',
        ...Array.from({ length: frameworks.length + (hasPairs ? 2 : 0) }, () => 'right' as const),
      ],
    },
    style,
  )
  return renderSection('Test', `${table}\n\n${renderProse(noteOf(comparison, runs, hasPairs), style)}`, style)
}

function valueCell(metric: Metric, summary: MetricSummary | null, runs: number): string {
  const { value, spread } = metricFormats[metric]
  return formatOr(summary, ({ mean, std }) => (runs > 1 ? `${value(mean)} ± ${spread(std)}` : value(mean)))
}

function differenceCells(metric: Metric, { metrics }: Comparison): string[] {
  const { difference: format } = metricFormats[metric]
  const { difference } = metrics[metric]
  return [
    formatOr(difference, ({ mean }) => format(mean)),
    formatOr(difference?.interval, ([low, high]) => `${format(low)} to ${format(high)}`),
  ]
}

function noteOf(comparison: Comparison, runs: number, hasPairs: boolean): string {
  const values =
    runs > 1
      ? `Means ± standard deviations of ${formatNumberOf(runs, hasPairs ? 'pair' : 'run')}.`
      : 'One run each.'
  if (!hasPairs) return values
  const levels = new Set(
    metricsOf(comparison).flatMap((metric) => comparison.metrics[metric].difference?.level ?? []),
  )
  const ofIntervals =
    levels.size === 0
      ? ''
      : `; the level of an interval is ${[...levels].map((level) => formatPercent(level, 1)).join(' or ')}`
  return `${values} Differences are TensorFlow minus PyTorch, in percentage points, of the loss in nats${ofIntervals}.`
}
