import type { Comparison } from '../compare/comparison.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import type { MetricSummary } from '../compare/summary.js'
import { frameworkNames } from '../framework-names.js'
import type { RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { formatOr } from './format.js'
import { type Metric, metricFormats, metricsOf } from './metric-format.js'
import { finishedRuns, frameworksOf, runsOf } from './runs.js'
import type { Style } from './style.js'
import { renderSection, renderTable } from './table.js'

/** Renders the test of every run, and under each framework's runs their mean, standard deviation and order statistics. */
export function renderAccuracyTable(comparison: Comparison, style: Style): string {
  const metrics = metricsOf(comparison)
  const groups = frameworksOf(comparison.runs).map((framework) =>
    frameworkRows(framework, metrics, comparison, style),
  )
  const rows = groups.flatMap((group, index) => (index === 0 ? group : [[], ...group]))
  const table = renderTable(
    rows,
    {
      head: ['', ...metrics.map((metric) => metricFormats[metric].name), 'step-1 loss'],
      align: ['left', ...metrics.map(() => 'right' as const), 'right'],
    },
    style,
  )
  return renderSection('Test', table, style)
}

/** Rows of a framework: its name, one for each seed, then the mean and the spread where there are several. */
function frameworkRows(
  framework: Framework,
  metrics: readonly Metric[],
  comparison: Comparison,
  style: Style,
): string[][] {
  const ofFramework = runsOf(framework, comparison.runs)
  const rows = [[frameworkNames[framework]], ...ofFramework.map((run) => seedCells(run, metrics, style))]
  const finished = finishedRuns(ofFramework).length
  // The summaries are of the seeds in which both frameworks finished, or of all where there is none.
  const summarized = pairsOfFrameworks(comparison.runs).length || finished
  if (summarized < 2) return rows
  const { bold, dim } = style.colors
  const summaries = metrics.map((metric) => ({ metric, summary: comparison.metrics[metric][framework] }))
  const cellsOf = (cell: (metric: Metric, summary: MetricSummary) => string): string[] =>
    summaries.map(({ metric, summary }) => formatOr(summary, (present) => cell(metric, present)))
  const means = cellsOf((metric, { mean }) => metricFormats[metric].value(mean))
  const spreads = cellsOf((metric, { std }) => `± ${metricFormats[metric].spread(std)}`)
  // With two runs, minimum and maximum are the runs themselves, and the median is their mean.
  const order = summarized === 2 ? [] : (['min', 'median', 'max'] as const)
  return [
    ...rows,
    [summarized === finished ? '  mean' : `  mean of ${summarized} pairs`, ...means].map((cell) =>
      bold(cell),
    ),
    ['  std', ...spreads].map((cell) => dim(cell)),
    ...order.map((name) => {
      const values = cellsOf((metric, summary) => metricFormats[metric].value(summary[name]))
      return [`  ${name}`, ...values].map((cell) => dim(cell))
    }),
  ]
}

function seedCells(run: RunResult, metrics: readonly Metric[], { colors }: Style): string[] {
  const seed = `  seed ${run.seed}`
  if (run.status !== 'finished')
    return [seed, (run.status === 'failed' ? colors.red : colors.dim)(run.status)]
  return [
    seed,
    ...metrics.map((metric) => formatOr(run.test[metric], metricFormats[metric].value)),
    run.firstStepLoss.toFixed(6),
  ]
}
