import type { Rung } from '../../protocol/judge-rungs.js'
import { outcomeOf } from '../../report/parity-texts.js'
import { type LogAxis, type LogRange, renderLogRows, type Width } from './log-rows.js'
import type { SeriesOption } from './render-chart.js'
import { doubt, faint, ink, paper } from './theme.js'

const layouts = {
  wide: { width: 544, names: 86, outcomes: 74, rowHeight: 28, labelRoom: 52 },
  narrow: { width: 343, names: 86, outcomes: 62, rowHeight: 28, labelRoom: 40 },
} as const

// A cross stands for a difference beyond its bound.
const cross = 'path://M0 2L2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5Z'

/** Draws the rungs of a climb: what each found, on a bar that ends at its bound. */
export function renderLadderChart(rungs: readonly Rung[], range: LogRange, width: Width): string {
  const rows = rungs.map((rung) => {
    const outcome = outcomeOf(rung)
    return {
      name: rung.rung,
      outcome,
      mood: outcome === 'failed' ? ('doubt' as const) : ('good' as const),
    }
  })
  return renderLogRows(rows, range, layouts[width], {
    axisName: 'relative difference, in float64',
    zeroName: 'equal',
    seriesOf: (axis) => seriesOf(rungs, axis),
  })
}

/** Sizes of rungs that the axis must have a place for. */
export function sizesOf(rungs: readonly Rung[]): (number | null)[] {
  return rungs.flatMap(({ worst, bound, limit }) => [worst, bound, limit ?? bound])
}

function seriesOf(rungs: readonly Rung[], { start, low, place }: LogAxis): SeriesOption[] {
  const ends = rungs.map(({ bound }) => (bound === 0 ? low : place(bound)))
  const found = rungs.map(({ passed, worst }, row) => ({ passed, at: [place(worst), row] }))
  return [
    ...ends.map((end, row) => ({
      type: 'line' as const,
      symbol: 'none',
      z: 1,
      lineStyle: { color: faint, width: 8, cap: 'butt' as const },
      data: [
        [start, row],
        [end, row],
      ],
    })),
    {
      type: 'scatter',
      symbol: 'rect',
      symbolSize: [2.5, 16],
      itemStyle: { color: ink, opacity: 1 },
      data: ends.map((end, row) => [end, row]),
    },
    {
      type: 'scatter',
      symbol: 'diamond',
      symbolSize: 10,
      z: 3,
      itemStyle: { color: paper, borderColor: ink, borderWidth: 1.5, opacity: 1 },
      // Where an error shows from the bound on, the bound says so.
      data: rungs.flatMap(({ limit, bound }, row) =>
        limit === null || limit === bound ? [] : [[place(limit), row]],
      ),
    },
    {
      type: 'scatter',
      symbol: 'circle',
      symbolSize: 10,
      z: 4,
      itemStyle: { color: ink, opacity: 1 },
      data: found.flatMap(({ passed, at }) => (passed ? [at] : [])),
    },
    {
      type: 'scatter',
      symbol: cross,
      symbolSize: 14,
      z: 4,
      itemStyle: { color: doubt, opacity: 1 },
      data: found.flatMap(({ passed, at }) => (passed ? [] : [at])),
    },
  ]
}
