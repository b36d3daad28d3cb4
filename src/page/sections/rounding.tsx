import type { Verification } from '../../compare/verification.js'
import { absent } from '../../report/format.js'
import { outcomeOf, roundingCells, roundingColumns, roundingTitle } from '../../report/parity-texts.js'
import type { LogRange } from '../charts/log-rows.js'
import { renderRoundingChart } from '../charts/rounding-chart.js'
import { Chart, FrameworkKey, Table } from '../elements.js'

const classes = { passed: 'good', failed: 'doubt', 'not judged': 'unchecked' } as const

/** Section of the engines' rounding in the experiment's own precision. */
export function RoundingSection({
  verification: { rounding },
  range,
}: {
  readonly verification: Verification
  /** Range of the axis, which all charts of the page share. */
  readonly range: LogRange
}) {
  if (rounding.length === 0) return null
  const title = roundingTitle(rounding)
  return (
    <section aria-labelledby="rounding">
      <h2 id="rounding">Rounding, in the experiment’s own precision</h2>
      <p>
        Each framework rounds. Its error is the distance from its own result in float64, and two exact
        frameworks err alike: features and logits fail where one is far less exact than the other. The table
        shows both errors at the place where they differ most.
      </p>
      <Chart
        title={title}
        note={
          <span class="marks">
            <FrameworkKey frameworks={['tensorflow', 'pytorch']} />
          </span>
        }
        svg={renderRoundingChart(rounding, range, 'wide')}
        narrow={renderRoundingChart(rounding, range, 'narrow')}
      />
      <Table
        label={title}
        texts="last"
        head={['rung', 'outcome', ...roundingColumns, 'place']}
        rows={rounding.map((rounded) => {
          const outcome = outcomeOf(rounded)
          return [
            rounded.rung,
            <span key="outcome" class={classes[outcome]}>
              {outcome}
            </span>,
            ...roundingCells(rounded),
            <span key="place" class="evidence">
              {rounded.where ?? absent}
            </span>,
          ]
        })}
      />
    </section>
  )
}
