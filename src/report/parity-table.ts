import type { ShortRunRow, Verification } from '../compare/verification.js'
import type { Rounding } from '../protocol/judge-rounding.js'
import type { Rung } from '../protocol/judge-rungs.js'
import {
  type Climb,
  climbsOf,
  describeDivergence,
  describeLadder,
  notesOf,
  notLookedAt,
  outcomeOf,
  roundingCells,
  roundingColumns,
  roundingTitle,
  rungCells,
  rungColumns,
  shortRunsOf,
} from './parity-texts.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Renders the parity ladder: the rungs of meaning, the rungs of rounding, and the place where the two engines part. */
export function renderVerification(
  experiment: string,
  verification: Verification,
  options: RenderOptions,
): string {
  const style = createStyle(options)
  const { rungs, rounding } = verification
  const sections = [
    headline(experiment, verification, style),
    ...climbsOf(rungs).map((climb) => renderClimb(climb, style)),
    ...(rounding.length > 0 ? [renderRounding(rounding, style)] : []),
    ...renderShortRuns(verification, style),
    ...renderNotes(rungs, style),
    ...renderDivergence(verification, style),
    renderSection('Not looked at', renderProse(notLookedAt(verification), style), style),
  ]
  return sections.join('\n\n')
}

function headline(experiment: string, verification: Verification, { colors }: Style): string {
  const color = verification.passed ? colors.green : colors.red
  return `${colors.bold(experiment)}  ${colors.dim('parity ladder')}  ${color(describeLadder(verification))}`
}

function renderClimb({ title, rungs }: Climb, style: Style): string {
  const table = renderTable(
    rungs.map((rung) => [
      rung.rung,
      ...rungCells(rung),
      rung.known ? `known: ${rung.known}` : outcomeText(rung, style),
    ]),
    { head: ['', ...rungColumns, ''], align: ['left', 'right', 'right', 'right', 'left'] },
    style,
  )
  return renderSection(title, table, style)
}

function renderRounding(rounding: readonly Rounding[], style: Style): string {
  const table = renderTable(
    rounding.map((rounded) => [rounded.rung, ...roundingCells(rounded), outcomeText(rounded, style)]),
    { head: ['', ...roundingColumns, ''], align: ['left', 'right', 'right', 'right', 'left'] },
    style,
  )
  return renderSection(roundingTitle(rounding), table, style)
}

/** Renders the rows of each short run: the state of each, and its evidence where it isn't identical. */
function renderShortRuns(verification: Verification, style: Style): string[] {
  return shortRunsOf(verification).map(({ title, rows }) => {
    const cells = rows.map(({ ingredient, state, evidence }) => [
      ingredient,
      stateText(state, style),
      state === 'identical' ? '' : evidence,
    ])
    return renderSection(
      title,
      renderTable(cells, { align: ['left', 'left', 'left'], fold: true }, style),
      style,
    )
  })
}

function stateText(state: ShortRunRow['state'], { colors }: Style): string {
  return state === 'different'
    ? colors.red(state)
    : state === 'unchecked'
      ? colors.dim(state)
      : colors.green(state)
}

function renderNotes(rungs: readonly Rung[], style: Style): string[] {
  const rows = notesOf(rungs).map(({ title, note }) => [title, note])
  if (rows.length === 0) return []
  return [renderSection('Notes', renderTable(rows, { align: ['left', 'left'], fold: true }, style), style)]
}

function renderDivergence(verification: Verification, style: Style): string[] {
  const sentence = describeDivergence(verification)
  return sentence === null ? [] : [renderSection('First divergence', renderProse(sentence, style), style)]
}

function outcomeText(judged: Rung | Rounding, { colors }: Style): string {
  const outcome = outcomeOf(judged)
  const color = { passed: colors.green, failed: colors.red, 'not judged': colors.dim }[outcome]
  return color(outcome)
}
