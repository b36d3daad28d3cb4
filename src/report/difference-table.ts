import type { Comparison, Difference, PairedEstimate } from '../compare/comparison.js'
import type { Framework } from '../spec/schema.js'
import { formatOr, formatPercent, formatPValue, frameworkNames } from './format.js'
import { type Metric, metricFormats, metricsOf } from './metric-format.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** What an idiomatic comparison can't tell apart. */
const idiomaticNote =
  'Idiomatic mode: each framework uses its own model library, defaults and input pipeline. The two do different work by ' +
  'intent, so a difference is that of two recipes and not of the frameworks alone.'

/** The paired differences with their intervals and verdicts; `null` where no seed has both frameworks. */
export function renderDifferenceTable(comparison: Comparison, style: Style): string | null {
  const { mode, metrics } = comparison
  const metricsWithPairs = metricsOf(comparison).flatMap((metric) => {
    const { difference } = metrics[metric]
    return difference === null ? [] : [{ metric, difference }]
  })
  if (metricsWithPairs.length === 0) return null
  const table = renderTable(
    metricsWithPairs.map(({ metric, difference }) => figures(metric, difference)),
    {
      head: ['', 'pairs', 'mean', 'interval', 'level', 'p', ''],
      align: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
    },
    style,
  )
  const verdicts = renderTable(
    metricsWithPairs.flatMap(({ metric, difference }) =>
      'verdict' in difference ? [[metricFormats[metric].name, verdictText(difference, style)]] : [],
    ),
    { align: ['left', 'left'], fold: true },
    style,
  )
  return [
    renderSection('TensorFlow minus PyTorch', table, style),
    renderSection('Verdict', verdicts, style),
    ...(mode === 'idiomatic' ? [renderProse(idiomaticNote, style)] : []),
  ].join('\n\n')
}

/** The outcome on accuracy in one line, for those who want no more. */
export function verdictLine({ metrics }: Comparison): string {
  const means = (['tensorflow', 'pytorch'] as const).flatMap((framework) => {
    const summary = metrics.accuracy[framework]
    return summary === null ? [] : [`${frameworkNames[framework]} ${formatPercent(summary.mean)}`]
  })
  if (means.length === 0) return 'No run finished.'
  const { difference } = metrics.accuracy
  const verdict = difference === null ? '' : ` – ${verdictName(difference)}: ${difference.reason}`
  return `Test accuracy: ${means.join(', ')}${verdict}`
}

function figures(metric: Metric, { pairs, mean, interval, level, pValue }: PairedEstimate): string[] {
  const { name, unit, difference: format } = metricFormats[metric]
  return [
    name,
    String(pairs),
    format(mean),
    formatOr(interval, ([low, high]) => `${format(low)} to ${format(high)}`),
    formatOr(level, (share) => formatPercent(share, 1)),
    formatOr(pValue, formatPValue),
    unit,
  ]
}

function verdictText(difference: Difference, { colors }: Style): string {
  return `${colors.bold(verdictName(difference))}: ${difference.reason}`
}

function verdictName({ verdict }: Difference): string {
  return isFramework(verdict) ? frameworkNames[verdict] : verdict
}

function isFramework(verdict: Difference['verdict']): verdict is Framework {
  return verdict in frameworkNames
}
