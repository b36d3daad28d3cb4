import type { Comparison } from '../../compare/comparison.js'
import { frameworkNames } from '../../framework-names.js'
import { absent, formatOr } from '../../report/format.js'
import {
  columnOf,
  countRuns,
  disturbanceNotes,
  type Measure,
  type MeasureGroup,
  peakMemory,
} from '../../report/measures.js'
import { finishedRuns, frameworksOf, runsOf } from '../../report/runs.js'
import { durations, speeds } from '../../report/time-table.js'
import { Table } from '../elements.js'

const groups: readonly MeasureGroup[] = [
  { title: 'Images a second', measures: speeds },
  { title: 'Seconds', measures: durations },
  { title: 'Memory in MiB', measures: [peakMemory] },
]

/** Section of time and memory. */
export function SpeedSection({ comparison: { runs, throughput } }: { readonly comparison: Comparison }) {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  const frameworks = frameworksOf(finished)
  const columns = frameworks.map((framework) => columnOf(runsOf(framework, finished)))
  const rowOf = (measure: Measure) => [
    measure.label,
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
            ` (interval ${ratio.interval.map((end) => end.toPrecision(3)).join(' to ')})`}
          .
        </p>
      )}
      <p class="note">
        {[`Means of ${countRuns(finished)}; memory is the largest.`, ...disturbanceNotes(finished)].join(' ')}
      </p>
      {groups.map(({ title, measures }) => (
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
