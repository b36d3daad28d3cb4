import { metricFormats } from '../../../report/metric-format.js'
import type { MetricName } from '../../../spec/comparison-schema.js'
import { type ForestRow, renderForestChart } from '../../charts/forest-chart.js'
import { Chart } from '../../elements.js'
import type { Side } from '../../read-side.js'
import { scaleOf } from '../../scale.js'

/** Section of the differences of several comparisons under each other, for each metric that a verdict is about. */
export function DifferencesSection({ comparisons }: { readonly comparisons: readonly Side[] }) {
  const metrics = [...new Set(comparisons.flatMap(({ comparison }) => comparison?.primaryMetric ?? []))]
  const plots = metrics
    .map((metric) => ({ metric, rows: rowsOf(metric, comparisons) }))
    .filter(({ rows }) => rows.length > 0)
  if (plots.length === 0) return null
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Differences</h2>
      {plots.map(({ metric, rows }) => (
        <Chart
          key={metric}
          title={`Difference in ${metricFormats[metric].name}`}
          note="Means with their intervals, whose levels are in the table; the thick one decides about equivalence. Shaded is what lies within the margin. Results of earlier versions have neither."
          svg={renderForestChart(rows, scaleOf(metric))}
        />
      ))}
    </section>
  )
}

function rowsOf(metric: MetricName, comparisons: readonly Side[]): ForestRow[] {
  return comparisons.flatMap(({ name, comparison }) => {
    const difference = comparison?.primaryMetric === metric ? comparison.metrics[metric].difference : null
    return difference ? [{ name, difference }] : []
  })
}
