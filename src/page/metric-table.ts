import type { Comparison } from '../compare/comparison.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import { frameworkNames } from '../framework-names.js'
import { formatOr, formatPercent, formatPValue } from '../report/format.js'
import { metricFormats, metricsOf } from '../report/metric-format.js'
import { countSummarized, finishedRuns, frameworksOf } from '../report/runs.js'

/** Table of texts. */
export interface TextTable {
  /** Sentence or two about what the figures are. */
  readonly note: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Makes the table of the test: each metric of both frameworks and its difference; `null` when no run finished. */
export function tableOfMetrics(comparison: Comparison): TextTable | null {
  const frameworks = frameworksOf(finishedRuns(comparison.runs))
  if (frameworks.length === 0) return null
  const runs = countSummarized(comparison)
  const hasPairs = pairsOfFrameworks(comparison.runs).length > 0
  const hasSpread = runs > 1
  const noteOnPairs =
    ' The difference is TensorFlow minus PyTorch, paired by seed. The p‑values of all metrics but the primary one are adjusted for their number by Holm’s method.'
  return {
    note: `${hasSpread ? `Means ± standard deviations of ${runs} seeds.` : 'One run each.'}${hasPairs ? noteOnPairs : ''}`,
    head: [
      'metric',
      ...frameworks.map((framework) => frameworkNames[framework]),
      ...(hasPairs ? ['difference', 'interval', 'level', 'p'] : []),
    ],
    rows: metricsOf(comparison).map((metric) => {
      const { difference } = comparison.metrics[metric]
      const { name, value, spread, difference: format, unit } = metricFormats[metric]
      return [
        name,
        ...frameworks.map((framework) =>
          formatOr(comparison.metrics[metric][framework], ({ mean, std }) =>
            hasSpread ? `${value(mean)} ± ${spread(std)}` : value(mean),
          ),
        ),
        ...(hasPairs
          ? [
              formatOr(difference, ({ mean }) => `${format(mean)} ${unit}`),
              formatOr(difference?.interval, ([low, high]) => `${format(low)} to ${format(high)}`),
              formatOr(difference?.level, (level) => formatPercent(level, 1)),
              formatOr(difference?.adjustedPValue ?? difference?.pValue, formatPValue),
            ]
          : []),
      ]
    }),
  }
}
