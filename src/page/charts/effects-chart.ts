import type { FrameworkDifference } from '../../protocol/measure-differences.js'
import { effectText } from '../../report/framework-differences-table.js'
import { logRangeOf, renderLogRows, type Width } from './log-rows.js'
import { faint, ink, paper } from './theme.js'

const layouts = {
  wide: { width: 544, names: 150, outcomes: 158, rowHeight: 28, labelRoom: 52 },
  narrow: { width: 343, names: 112, outcomes: 100, rowHeight: 40, labelRoom: 40 },
} as const

/** Effect in the chart: of an ingredient, or of all that is left. */
type Effect = Pick<FrameworkDifference, 'ingredient' | 'effectOn'> & { readonly effect: number }

/**
 * Draws the effect of each difference that was measured, the largest first, and last what is left when all ingredients are
 * swapped. `null` where nothing was measured.
 */
export function renderEffectsChart(
  differences: readonly FrameworkDifference[],
  unexplained: number | null,
  width: Width,
): string | null {
  const measured = differences
    .flatMap((each): Effect[] => (each.effect === null ? [] : [{ ...each, effect: each.effect }]))
    .toSorted((a, b) => b.effect - a.effect)
  const rest: Effect[] =
    unexplained === null ? [] : [{ ingredient: 'left over', effect: unexplained, effectOn: 'logits' }]
  const effects = [...measured, ...rest]
  if (effects.length === 0) return null
  const rows = effects.map((each) => ({
    name: each.ingredient,
    outcome: width === 'wide' ? effectText(each) : effectText(each).replace(' of ', '\nof '),
    mood: 'ink' as const,
  }))
  const range = logRangeOf(effects.map(({ effect }) => effect))
  return renderLogRows(rows, range, layouts[width], {
    axisName: 'effect, as a share of the largest value',
    zeroName: 'none',
    seriesOf: ({ low, place }) => [
      ...effects.map(({ effect }, row) => ({
        type: 'line' as const,
        symbol: 'none',
        z: 1,
        lineStyle: { color: faint, width: 2 },
        data: [
          [low, row],
          [place(effect), row],
        ],
      })),
      {
        type: 'scatter',
        symbolSize: 10,
        z: 3,
        itemStyle: { color: ink, opacity: 1 },
        data: measured.map(({ effect }, row) => [place(effect), row]),
      },
      {
        type: 'scatter',
        symbolSize: 10,
        z: 3,
        itemStyle: { color: paper, borderColor: ink, borderWidth: 1.5, opacity: 1 },
        data: rest.map(({ effect }) => [place(effect), measured.length]),
      },
    ],
  })
}
