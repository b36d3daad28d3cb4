import { type Verification, verificationSchema } from '../../src/compare/verification.js'
import {
  climbsOf,
  describeDivergence,
  describeLadder,
  outcomeOf,
  placeOf,
  roundingCells,
  roundingColumns,
  roundingTitle,
  rungCells,
  rungColumns,
} from '../../src/report/parity-texts.js'
import { type FigureTable, jsonLines } from './figures.js'

/** Says in a few words how the ladder of `verify --json` ended. */
export function readLadder(stdout: string): string {
  const verification = finishedVerification(stdout)
  const divergence = describeDivergence(verification)
  const words = `${describeLadder(verification)}${divergence === null ? '' : `; first at ${divergence}`}.`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** Reads what `verify --json` has printed: every rung, the rounding, and the rows of short runs that are not identical. */
export function readVerification(stdout: string): FigureTable[] {
  const { rungs, rounding, shortRuns } = finishedVerification(stdout)
  const others = shortRuns.filter(({ state }) => state !== 'identical')
  return [
    ...climbsOf(rungs).map((climb, index) => ({
      title: climb.title,
      note:
        index === 0
          ? `${readLadder(stdout)} A rung holds where the relative difference of the two frameworks is within the bound. The last figure is the smallest error in the arithmetic that the rung would show.`
          : '',
      head: ['rung', ...rungColumns, 'outcome', 'place'],
      rows: climb.rungs.map((rung) => [rung.rung, ...rungCells(rung), outcomeOf(rung), placeOf(rung)]),
    })),
    ...(rounding.length === 0
      ? []
      : [
          {
            title: roundingTitle(rounding),
            note: 'An engine whose features or logits are more than ten times less exact than the other’s fails.',
            head: ['rung', ...roundingColumns, 'outcome', 'place'],
            rows: rounding.map((row) => [row.rung, ...roundingCells(row), outcomeOf(row), row.where ?? '']),
          },
        ]),
    ...(shortRuns.length === 0
      ? []
      : [
          {
            title: 'Short runs of the whole experiment',
            note: `${shortRuns.length - others.length} of ${shortRuns.length} rows are identical${others.length > 0 ? '; these are not' : ''}.`,
            head: ['precision', 'ingredient', 'state', 'evidence'],
            rows: others.map((row) => [row.precision, row.ingredient, row.state, row.evidence]),
          },
        ]),
  ]
}

function finishedVerification(stdout: string): Verification {
  const [finished] = jsonLines(stdout).filter(
    (line) => (line as { type?: unknown }).type === 'verify-finished',
  )
  if (!finished) throw new Error('the command printed no verification')
  const { type: _, ...fields } = finished as Record<string, unknown>
  return verificationSchema.parse(fields)
}
