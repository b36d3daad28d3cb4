import type { Comparison } from '../../compare/comparison.js'
import { frameworkNames } from '../../framework-names.js'
import { formatPercent } from '../../report/format.js'
import { measureRows } from '../../report/measures.js'
import { finishedRuns, frameworksOf } from '../../report/runs.js'
import { timeGroups, timeNotes } from '../../report/time-table.js'
import { renderTimeChart } from '../charts/time-chart.js'
import { Chart, Table } from '../elements.js'

/** Section of time and memory. */
export function SpeedSection({ comparison: { runs, throughput } }: { readonly comparison: Comparison }) {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const frameworks = frameworksOf(finished)
  const { ratio } = throughput
  return (
    <section aria-labelledby="speed">
      <h2 id="speed">Time and memory</h2>
      {ratio !== null && (
        <p>
          TensorFlow trained {ratio.mean.toPrecision(3)} times as many images a second as PyTorch
          {ratio.interval !== null &&
            ` (${formatPercent(ratio.level ?? 0, 1)} interval ${ratio.interval.map((end) => end.toPrecision(3)).join(' to ')})`}
          .
        </p>
      )}
      <Chart
        title="Seconds of a run"
        note="Means over the runs. The parts add up to the whole; those without a name are in the table."
        svg={renderTimeChart(finished)}
      />
      <p class="note">{timeNotes(finished).join(' ')}</p>
      {timeGroups(finished).map(({ title, measures }) => (
        <Table
          key={title}
          label={title}
          head={[title, ...frameworks.map((framework) => frameworkNames[framework])]}
          rows={measureRows(measures, finished).map(([label = '', ...cells]) => [
            label.replace(/^ +/, '– '),
            ...cells,
          ])}
        />
      ))}
    </section>
  )
}
