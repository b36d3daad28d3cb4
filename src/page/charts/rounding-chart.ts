import type { Rounding } from '../../protocol/judge-rounding.js'
import { outcomeOf } from '../../report/parity-texts.js'
import { type LogRange, renderLogRows, type Width } from './log-rows.js'
import { looks } from './theme.js'

const layouts = {
  wide: { width: 544, names: 86, outcomes: 90, rowHeight: 30, labelRoom: 52 },
  narrow: { width: 343, names: 86, outcomes: 82, rowHeight: 30, labelRoom: 40 },
} as const

const moods = { passed: 'good', failed: 'doubt', 'not judged': 'plain' } as const

/** Draws the rounding of both engines on each rung, the one's error above the other's. */
export function renderRoundingChart(rounding: readonly Rounding[], range: LogRange, width: Width): string {
  const rows = rounding.map((rounded) => {
    const outcome = outcomeOf(rounded)
    return { name: rounded.rung, outcome, mood: moods[outcome] }
  })
  return renderLogRows(rows, range, layouts[width], {
    axisName: `error against its own float64, in ${rounding[0]?.precision}`,
    zeroName: 'none',
    seriesOf: ({ place }) =>
      (['tensorflow', 'pytorch'] as const).map((framework, index) => ({
        type: 'scatter',
        symbol: looks[framework].symbol,
        symbolSize: 9,
        // Two exact engines err alike: their points would lie on each other.
        symbolOffset: [0, index === 0 ? -5.5 : 5.5],
        itemStyle: { color: looks[framework].color, opacity: 1 },
        data: rounding.map((rounded, row) => [place(rounded[framework]), row]),
      })),
  })
}
