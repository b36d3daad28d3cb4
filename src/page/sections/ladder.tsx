import type { Verification } from '../../compare/verification.js'
import type { Rung } from '../../protocol/judge-rungs.js'
import { absent } from '../../report/format.js'
import {
  climbsOf,
  notesOf,
  notLookedAt,
  outcomeOf,
  placeOf,
  rungCells,
  rungColumns,
  shortRunsOf,
} from '../../report/parity-texts.js'
import { renderLadderChart } from '../charts/ladder-chart.js'
import type { LogRange } from '../charts/log-rows.js'
import { faint, ink } from '../charts/theme.js'
import { Chart, ContractTable, Table } from '../elements.js'

/** Section of the rungs in float64: a chart and a table for each climb. */
export function LadderSection({
  verification: { rungs },
  range,
}: {
  readonly verification: Verification
  /** Range of the axis, which all charts of the page share. */
  readonly range: LogRange
}) {
  return (
    <section aria-labelledby="ladder">
      <h2 id="ladder">The ladder, in float64</h2>
      <p>
        In float64 rounding is so small that a larger difference is one of meaning. Each rung holds one kind
        of number against its twin in the other framework, from the pixels up to ten steps of training. Where
        training amplifies rounding, the bound is the frameworks’ own sensitivity to it.
      </p>
      {climbsOf(rungs).map((climb) => (
        <>
          <Chart
            title={climb.title}
            note={<LadderKey rungs={climb.rungs} />}
            svg={renderLadderChart(climb.rungs, range, 'wide')}
            narrow={renderLadderChart(climb.rungs, range, 'narrow')}
          />
          <RungTable {...climb} />
        </>
      ))}
      <Notes rungs={rungs} />
    </section>
  )
}

/** Explanation of the marks that a climb's chart has. */
function LadderKey({ rungs }: { readonly rungs: readonly Rung[] }) {
  const hasLimit = rungs.some(({ limit, bound }) => limit !== null && limit !== bound)
  const hasFailure = rungs.some(({ passed }) => !passed)
  return (
    <span class="marks">
      <span aria-hidden="true">●</span> largest difference
      {hasFailure && (
        <>
          {' · '}
          <span class="doubt" aria-hidden="true">
            ✖
          </span>{' '}
          beyond its bound
        </>
      )}
      {' · '}
      <BarMark /> what the bound allows
      {hasLimit && (
        <>
          {' · '}
          <span aria-hidden="true">◇</span> smallest error that would show, where that isn’t the bound
        </>
      )}
    </span>
  )
}

function BarMark() {
  return (
    <svg width="28" height="12" aria-hidden="true">
      <rect y="2" width="26" height="8" fill={faint} />
      <rect x="25" width="2.5" height="12" fill={ink} />
    </svg>
  )
}

function RungTable({ title, rungs }: { readonly title: string; readonly rungs: readonly Rung[] }) {
  return (
    <Table
      label={title}
      texts="last"
      head={['rung', 'outcome', ...rungColumns, 'where']}
      rows={rungs.map((rung) => [
        rung.rung,
        <span key="outcome" class={rung.passed ? 'good' : 'doubt'}>
          {rung.known ? `known: ${rung.known}` : outcomeOf(rung)}
        </span>,
        ...rungCells(rung),
        <span key="place" class="evidence">
          {placeOf(rung) || absent}
        </span>,
      ])}
    />
  )
}

function Notes({ rungs }: { readonly rungs: readonly Rung[] }) {
  const notes = notesOf(rungs)
  if (notes.length === 0) return null
  return (
    <>
      <h3>Notes</h3>
      <dl>
        {notes.map(({ title, note }) => (
          <>
            <dt>{title}</dt>
            <dd>{note}</dd>
          </>
        ))}
      </dl>
    </>
  )
}

/** Section of the short runs: the rows of the contract of each. */
export function ShortRunsSection({ verification }: { readonly verification: Verification }) {
  const runs = shortRunsOf(verification)
  if (runs.length === 0) return null
  return (
    <section aria-labelledby="short-runs">
      <h2 id="short-runs">Short runs</h2>
      {runs.map(({ title, rows }) => (
        <>
          <p>{title}</p>
          <ContractTable label={title} rows={rows} />
        </>
      ))}
    </section>
  )
}

/** Section of what the ladder leaves out. */
export function NotLookedAtSection({ verification }: { readonly verification: Verification }) {
  return (
    <section aria-labelledby="not-looked-at">
      <h2 id="not-looked-at">Not looked at</h2>
      <p>{notLookedAt(verification)}</p>
    </section>
  )
}
