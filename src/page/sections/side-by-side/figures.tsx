import type { Comparison } from '../../../compare/comparison.js'
import { frameworkNames } from '../../../framework-names.js'
import { absent, formatOr, formatPercent } from '../../../report/format.js'
import { metricFormats, metricsOf } from '../../../report/metric-format.js'
import { seedCount } from '../../../report/runs.js'
import { verdictName } from '../../../report/verdict.js'
import { frameworkSchema } from '../../../spec/schema.js'
import { Table } from '../../elements.js'
import type { Side } from '../../read-side.js'

/** Section of the verdicts and metrics of several comparisons, a column for each. */
export function FiguresSection({ comparisons }: { readonly comparisons: readonly Side[] }) {
  const ended = comparisons.flatMap(({ comparison }) => comparison ?? [])
  const metrics = (Object.keys(metricFormats) as (keyof typeof metricFormats)[]).filter((metric) =>
    ended.some((comparison) => metricsOf(comparison).includes(metric)),
  )
  const row = (name: string, read: (comparison: Comparison) => string | null | undefined) => [
    name,
    ...comparisons.map(({ comparison }) => formatOr(comparison && read(comparison), (text) => text)),
  ]
  return (
    <section aria-labelledby="figures" class="side-by-side">
      <h2 id="figures">Verdicts and metrics</h2>
      <Table
        label="Figures of each comparison"
        head={['comparison', ...comparisons.map(({ name }) => name)]}
        rows={[
          ['mode', ...comparisons.map(({ started }) => started.mode)],
          ['status', ...comparisons.map(({ status }) => status)],
          ['seeds', ...comparisons.map(({ started }) => String(seedCount(started)))],
          row('verdict', ({ metrics, primaryMetric }) => {
            const verdict = metrics[primaryMetric].difference?.verdict
            return verdict && verdictName(verdict)
          }),
          row('about', ({ primaryMetric }) => metricFormats[primaryMetric].name),
          ...metrics.flatMap((metric) => {
            const { name, value, difference, unit } = metricFormats[metric]
            return [
              ...frameworkSchema.options.map((framework) =>
                row(`${name}, ${frameworkNames[framework]}`, ({ metrics }) =>
                  formatOr(metrics[metric][framework], ({ mean }) => value(mean)),
                ),
              ),
              row(`${name}, difference`, ({ metrics }) =>
                formatOr(metrics[metric].difference, ({ mean }) => `${difference(mean)} ${unit}`),
              ),
              row(`${name}, interval`, ({ metrics }) =>
                formatOr(metrics[metric].difference, ({ interval, level }) =>
                  interval === null
                    ? absent
                    : `${interval.map(difference).join(' to ')} (${formatPercent(level ?? 0, 1)})`,
                ),
              ),
            ]
          }),
        ]}
      />
      <p class="note">
        A difference is TensorFlow minus PyTorch. Comparisons of other data, seeds or settings say nothing
        about each other’s differences.
      </p>
    </section>
  )
}
