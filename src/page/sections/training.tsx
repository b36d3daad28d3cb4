import type { Comparison } from '../../compare/comparison.js'
import { finishedRuns, frameworksOf } from '../../report/runs.js'
import { type Curve, type RunOfEpochs, renderCurvesChart } from '../charts/curves-chart.js'
import { Chart, FrameworkKey } from '../elements.js'

/** Curves of the training, each with its title. */
export const curves: readonly (Curve & { readonly title: string })[] = [
  { title: 'Training loss', name: 'nats', read: ({ train }) => train.loss },
  { title: 'Validation loss', name: 'nats', read: ({ validation }) => validation?.loss ?? null },
  {
    title: 'Validation accuracy',
    name: '%',
    limit: 100,
    read: ({ validation }) => (validation === null ? null : 100 * validation.accuracy),
  },
  { title: 'Learning rate at the end of the epoch', name: 'rate', read: ({ learningRate }) => learningRate },
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
        {curves.map(({ title, ...curve }) => {
          const svg = renderCurvesChart(runs, curve)
          return svg === null ? null : <Chart key={title} title={title} svg={svg} />
        })}
      </div>
    </section>
  )
}
