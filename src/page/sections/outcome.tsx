import type { Comparison, Difference } from '../../compare/comparison.js'
import { pairsOfFrameworks } from '../../compare/pairs.js'
import { frameworkNames } from '../../framework-names.js'
import { nameOfSeed } from '../../plan/plan-runs.js'
import { formatOr } from '../../report/format.js'
import { type Metric, metricFormats, metricsOf } from '../../report/metric-format.js'
import { extendCommand, moreSeedsTexts } from '../../report/more-seeds.js'
import { frameworksOf, runsOf } from '../../report/runs.js'
import { renderDifferenceChart } from '../charts/difference-chart.js'
import { renderPairsChart } from '../charts/pairs-chart.js'
import { Chart, FrameworkKey, Table } from '../elements.js'
import { tableOfMetrics } from '../metric-table.js'
import { scaleOf } from '../scale.js'

/** Section of the test: each seed's pair, the difference, and a table of all metrics. */
export function OutcomeSection({
  comparison,
  name: folder,
}: {
  readonly comparison: Comparison
  /** Name of the comparison's folder. */
  readonly name: string
}) {
  const { primaryMetric, metrics, runs } = comparison
  const { name } = metricFormats[primaryMetric]
  const { difference } = metrics[primaryMetric]
  const scale = scaleOf(primaryMetric)
  const pairs = pairsOfFrameworks(runs).filter((pair) =>
    pair.every((run) => Number.isFinite(scale.read(run))),
  )
  return (
    <section aria-labelledby="test">
      <h2 id="test">The test</h2>
      {pairs.length > 0 && (
        <Chart
          title={`The ${name} of each seed`}
          note={<FrameworkKey frameworks={frameworksOf(runs)} />}
          svg={renderPairsChart(pairs, scale)}
        />
      )}
      {pairs.length > 0 && difference && (
        <Chart
          title="The difference"
          note={noteOnMargin(difference)}
          svg={renderDifferenceChart(pairs, difference, scale)}
        />
      )}
      {difference && <SeedsToAdd difference={difference} command={extendCommand(comparison, folder)} />}
      <DifferenceTable comparison={comparison} />
      <SeedTable comparison={comparison} />
    </section>
  )
}

function noteOnMargin({ margin, equivalence }: Difference): string {
  // Results of earlier versions don't say.
  if (margin === undefined) return ''
  if (margin === null) return 'There is no margin within which a difference would be of no consequence.'
  const shaded = 'Shaded: differences within the margin, which are of no consequence.'
  return equivalence
    ? `${shaded} The frameworks are equivalent where the lower interval lies within it.`
    : shaded
}

/** Estimate of the seeds that would settle what is open, and the command that adds them; nothing where no number can be named. */
function SeedsToAdd({
  difference,
  command,
}: {
  readonly difference: Difference
  readonly command: string | null
}) {
  const estimates = moreSeedsTexts(difference)
  if (estimates.length === 0) return null
  return (
    <p>
      If mean and spread stay as they are, a power of 80% takes about {estimates.join(', or ')}.
      {command !== null && (
        <>
          {' '}
          <code>{command}</code> adds them to this comparison.
        </>
      )}
    </p>
  )
}

function DifferenceTable({ comparison }: { readonly comparison: Comparison }) {
  const table = tableOfMetrics(comparison)
  return (
    table && (
      <>
        <p class="note">{table.note}</p>
        <Table label="Metrics of the test" head={table.head} rows={table.rows} />
      </>
    )
  )
}

function SeedTable({ comparison }: { readonly comparison: Comparison }) {
  const metrics: Metric[] = metricsOf(comparison)
  const lost = comparison.repeats.filter(({ status }) => status !== 'finished')
  const all = [...comparison.runs, ...lost]
  const runs = frameworksOf(all).flatMap((framework) => runsOf(framework, all))
  return (
    <details>
      <summary>Every run</summary>
      <Table
        label="Test of every run"
        head={['framework', 'seed', ...metrics.map((metric) => metricFormats[metric].name), 'step-1 loss']}
        rows={runs.map((run) => [
          frameworkNames[run.framework],
          nameOfSeed(run),
          ...(run.status === 'finished'
            ? [
                ...metrics.map((metric) => formatOr(run.test[metric], metricFormats[metric].value)),
                run.firstStepLoss.toFixed(6),
              ]
            : [`${run.status}: ${run.failure.message}`]),
        ])}
      />
    </details>
  )
}
