import { frameworkNames } from '../../../framework-names.js'
import { finishedRuns, frameworksOf } from '../../../report/runs.js'
import { type Line, renderLinesChart } from '../../charts/curves-chart.js'
import { looks } from '../../charts/theme.js'
import { lineColors } from '../../colors.js'
import { Chart } from '../../elements.js'
import type { Side } from '../../read-side.js'
import { curves } from '../training.js'

/** Section of the training of several comparisons, whose curves lie over each other. */
export function OverlaidCurvesSection({ comparisons }: { readonly comparisons: readonly Side[] }) {
  const lines = comparisons.flatMap(({ name, results }, index): (Line & { comparison: string })[] => {
    const finished = finishedRuns(results).filter(({ repeat }) => !repeat)
    return frameworksOf(finished).map((framework) => ({
      comparison: name,
      name: `${name} ${framework}`,
      look: { ...looks[framework], color: lineColors[index] ?? '' },
      runs: finished.filter((run) => run.framework === framework),
      peers: finished,
      // Where curves are one, those of the first comparisons are seen at the sides of the others.
      width: 2 + 2 * (comparisons.length - 1 - index),
      hasBand: false,
    }))
  })
  if (lines.length === 0) return null
  return (
    <section aria-labelledby="training">
      <h2 id="training">Training</h2>
      <p>
        Lines are means over the finished runs that reached the epoch: {frameworkNames.tensorflow} solid with
        circles, {frameworkNames.pytorch} dashed with squares.
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
        {curves.map(({ title, format: _, ...curve }) => {
          const svg = renderLinesChart(lines, curve)
          return svg === null ? null : <Chart key={title} title={title} svg={svg} />
        })}
      </div>
    </section>
  )
}
