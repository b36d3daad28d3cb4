import type { Comparison } from '../../compare/comparison.js'
import { frameworkNames } from '../../framework-names.js'
import { absent, formatOr, formatPercent } from '../../report/format.js'
import { columnOf, type Measure } from '../../report/measures.js'
import { finishedRuns, frameworksOf, runsOf } from '../../report/runs.js'
import { timeGroups, timeNotes } from '../../report/time-table.js'
import { Table } from '../elements.js'

/** Section of time and memory. */
export function SpeedSection({ comparison: { runs, throughput } }: { readonly comparison: Comparison }) {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const frameworks = frameworksOf(finished)
  const columns = frameworks.map((framework) => columnOf(runsOf(framework, finished)))
  const rowOf = (measure: Measure) => [
    measure.label.replace(/^ +/, '– '),
    ...columns.map(({ all, comparable, mark }) => {
      const isTimed = measure.timed ?? true
      return formatOr(
        measure.value(isTimed ? comparable : all),
        (figure) => `${measure.format(figure)}${isTimed ? mark : ''}`,
      )
    }),
  ]
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
      <p class="note">{timeNotes(finished)}</p>
      {timeGroups(finished).map(({ title, measures }) => (
        <Table
          key={title}
          label={title}
          head={[title, ...frameworks.map((framework) => frameworkNames[framework])]}
          rows={measures.map(rowOf).filter((row) => row.slice(1).some((cell) => cell !== absent))}
        />
      ))}
    </section>
  )
}
