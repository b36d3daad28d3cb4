import type { Comparison } from '../../compare/comparison.js'
import { frameworkNames } from '../../framework-names.js'
import { formatOr } from '../../report/format.js'
import { metricFormats, metricsOf } from '../../report/metric-format.js'
import { finishedRuns, frameworksOf, seedCount } from '../../report/runs.js'
import { verdictName } from '../../report/verdict.js'
import type { RecordedComparison } from '../../run/folder/read.js'
import type { Framework } from '../../spec/schema.js'
import { type Line, renderLinesChart } from '../charts/curves-chart.js'
import { looks } from '../charts/theme.js'
import { Chart, Table } from '../elements.js'
import { curves } from '../sections/training.js'
import { renderDocument } from './document.js'

/** Colours of the lines, which the style sheet has for light and for dark. */
const colors = [
  'var(--line-1)',
  'var(--line-2)',
  'var(--line-3)',
  'var(--line-4)',
  'var(--line-5)',
  'var(--line-6)',
]

/** Number of comparisons that can be told apart in one chart. */
export const mostSideBySide = colors.length

const frameworks: readonly Framework[] = ['tensorflow', 'pytorch']

/** Comparisons that are laid over each other. */
export interface SideBySidePage {
  readonly comparisons: readonly RecordedComparison[]
  readonly nonce: string
}

/** Renders several comparisons in one table, a column for each, and their curves over each other. */
export function renderSideBySidePage({ comparisons, nonce }: SideBySidePage): string {
  return renderDocument({
    title: 'Comparisons side by side',
    nonce,
    hasList: true,
    children: (
      <>
        <header>
          <h1>Comparisons side by side</h1>
        </header>
        <main>
          <FiguresSection comparisons={comparisons} />
          <OverlaidCurves comparisons={comparisons} />
        </main>
      </>
    ),
  })
}

function FiguresSection({ comparisons }: Pick<SideBySidePage, 'comparisons'>) {
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
          row('seeds', (comparison) => String(seedCount(comparison))),
          row('verdict', ({ metrics, primaryMetric }) => {
            const verdict = metrics[primaryMetric].difference?.verdict
            return verdict && verdictName(verdict)
          }),
          row('about', ({ primaryMetric }) => metricFormats[primaryMetric].name),
          ...metrics.flatMap((metric) => {
            const { name, value, difference, unit } = metricFormats[metric]
            return [
              ...frameworks.map((framework) =>
                row(`${name}, ${frameworkNames[framework]}`, ({ metrics }) =>
                  formatOr(metrics[metric][framework], ({ mean }) => value(mean)),
                ),
              ),
              row(`${name}, difference`, ({ metrics }) =>
                formatOr(metrics[metric].difference, ({ mean, interval }) => {
                  const ends = interval === null ? '' : ` (${interval.map(difference).join(' to ')})`
                  return `${difference(mean)}${ends} ${unit}`
                }),
              ),
            ]
          }),
        ]}
      />
      <p class="note">
        A difference is TensorFlow minus PyTorch, with its interval in brackets. Comparisons of other data,
        seeds or settings say nothing about each other’s differences.
      </p>
    </section>
  )
}

function OverlaidCurves({ comparisons }: Pick<SideBySidePage, 'comparisons'>) {
  const lines = comparisons.flatMap(({ name, results }, index): (Line & { comparison: string })[] => {
    const finished = finishedRuns(results).filter(({ repeat }) => !repeat)
    return frameworksOf(finished).map((framework) => ({
      comparison: name,
      name: `${name} ${framework}`,
      look: { ...looks[framework], color: colors[index] ?? '' },
      runs: finished.filter((run) => run.framework === framework),
      hasBand: false,
    }))
  })
  if (lines.length === 0) return null
  return (
    <section aria-labelledby="training">
      <h2 id="training">Training</h2>
      <p>
        Lines are means over the runs that reached the epoch: {frameworkNames.tensorflow} solid with circles,{' '}
        {frameworkNames.pytorch} dashed with squares.
      </p>
      <ul class="lines">
        {comparisons.map(
          ({ name }, index) =>
            lines.some((line) => line.comparison === name) && (
              <li key={name}>
                <span class={`line-${index + 1}`} aria-hidden="true">
                  ▬
                </span>{' '}
                {name}
              </li>
            ),
        )}
      </ul>
      <div class="charts">
        {curves.map(({ title, ...curve }) => {
          const svg = renderLinesChart(lines, curve)
          return svg === null ? null : <Chart key={title} title={title} svg={svg} />
        })}
      </div>
    </section>
  )
}
