import type { Comparison } from '../../compare/comparison.js'
import { frameworkNames } from '../../framework-names.js'
import { absent, formatLearningRate, formatLoss, formatOr, formatPercent } from '../../report/format.js'
import { placesOf, pointsOf } from '../../report/learning-curves.js'
import { finishedRuns, frameworksOf } from '../../report/runs.js'
import { type Curve, type RunOfEpochs, renderCurvesChart } from '../charts/curves-chart.js'
import { Chart, FrameworkKey, Table } from '../elements.js'

interface TitledCurve extends Curve {
  readonly title: string
  /** Formats the figure for the table. */
  readonly format: (value: number) => string
}

/** Curves of the training, each with its title. */
export const curves: readonly TitledCurve[] = [
  { title: 'Training loss', name: 'nats', format: formatLoss, read: ({ train }) => train.loss },
  {
    title: 'Validation loss',
    name: 'nats',
    format: formatLoss,
    read: ({ validation }) => validation?.loss ?? null,
  },
  {
    title: 'Validation accuracy',
    name: '%',
    limit: 100,
    format: (percent) => formatPercent(percent / 100),
    read: ({ validation }) => (validation === null ? null : 100 * validation.accuracy),
  },
  {
    title: 'Learning rate at the end of the epoch',
    name: 'rate',
    format: formatLearningRate,
    read: ({ learningRate }) => learningRate,
  },
]

/** Section of the training: losses, accuracy and learning rate over the epochs. */
export function TrainingSection({ comparison: { runs } }: { readonly comparison: Comparison }) {
  return <CurvesSection runs={finishedRuns(runs)} />
}

/** Section of the curves of some runs, which may still be going on; nothing before their first epoch. */
export function CurvesSection({ runs }: { readonly runs: readonly RunOfEpochs[] }) {
  if (runs.length === 0) return null
  return (
    <section aria-labelledby="training">
      <h2 id="training">Training</h2>
      <p>
        <FrameworkKey frameworks={frameworksOf(runs)} /> Lines are means over the runs that reached the epoch,
        bands reach from the least of them to the largest.
      </p>
      <div class="charts">
        {curves.map(({ title, format: _, ...curve }) => {
          const svg = renderCurvesChart(runs, curve)
          return svg === null ? null : <Chart key={title} title={title} svg={svg} />
        })}
      </div>
      <EpochTable runs={runs} />
    </section>
  )
}

/** Table of the means that the curves are drawn from, over the runs that reached each epoch. */
function EpochTable({ runs }: { readonly runs: readonly RunOfEpochs[] }) {
  const places = placesOf(runs)
  if (places.length === 0) return null
  const frameworks = frameworksOf(runs)
  const columns = curves.flatMap(({ title, read, format }) =>
    frameworks.map((framework) => {
      const points = pointsOf(
        runs.filter((run) => run.framework === framework),
        places,
        read,
      )
      return {
        head: `${title}, ${frameworkNames[framework]}`,
        cells: places.map((_, index) =>
          formatOr(
            points.find(({ epoch }) => epoch === index + 1),
            ({ mean }) => format(mean),
          ),
        ),
      }
    }),
  )
  const hasPhases = places.some(({ phase }) => phase !== places[0]?.phase)
  return (
    <details>
      <summary>Every epoch</summary>
      <Table
        label="Means of every epoch"
        head={['epoch', ...columns.map(({ head }) => head)]}
        rows={places.map(({ phase, epoch }, index) => [
          hasPhases ? `phase ${phase}, epoch ${epoch}` : String(epoch),
          ...columns.map(({ cells }) => cells[index] ?? absent),
        ])}
      />
    </details>
  )
}
