import type { Verification } from '../compare/verification.js'
import type { FrameworkDifference } from '../protocol/measure-differences.js'
import { formatNumberOf } from './format.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Renders the differences between the two libraries of an idiomatic experiment, each with its effect on the first batch. */
export function renderFrameworkDifferences(
  experiment: string,
  { differences, unexplained }: Pick<Verification, 'differences' | 'unexplained'>,
  options: RenderOptions,
): string {
  const style = createStyle(options)
  const { bold, dim } = style.colors
  const sections = [
    `${bold(experiment)}  ${dim('idiomatic mode')}  ${formatNumberOf(differences.length, 'difference')}`,
    renderSection('What differs, and its effect on the first batch', renderRows(differences, style), style),
    renderSection('Effects', renderProse(`${effectMeaning} ${describeRest(unexplained)}`, style), style),
  ]
  return sections.join('\n\n')
}

function renderRows(differences: readonly FrameworkDifference[], style: Style): string {
  const rows = differences.map((difference) => [
    difference.ingredient,
    effectText(difference),
    describeSides(difference),
  ])
  return renderTable(rows, { head: ['', 'effect', ''], align: ['left', 'left', 'left'], fold: true }, style)
}

/** Tells the size of a difference's effect and what it is a share of: `0.47 of logits`. */
export function effectText({ effect, effectOn }: Pick<FrameworkDifference, 'effect' | 'effectOn'>): string {
  return effect === null ? 'not measured' : `${formatShare(effect)} of ${effectOn}`
}

function describeSides({ tensorflow, pytorch, note }: FrameworkDifference): string {
  return `TensorFlow: ${tensorflow}; PyTorch: ${pytorch}.${note === null ? '' : ` ${note}`}`
}

/** Explanation of what an effect is. */
export const effectMeaning =
  "How far the result moves in PyTorch, in float64, when this alone is as in TensorFlow, as a share of the result's largest value."

/** Tells the distance that is left when all ingredients are swapped at once. */
export function describeRest(unexplained: number | null): string {
  return unexplained === null
    ? "The distance that is left when all ingredients are swapped isn't known: the tensors of one library have no place in the other's model."
    : `With weights, inputs, architecture, BatchNorm and head swapped at once, PyTorch's logits are TensorFlow's to ${formatShare(unexplained)}.`
}

// The share has two digits: 6.7, 0.42, 9.5e-6.
function formatShare(share: number): string {
  if (share === 0) return '0'
  return share < 1e-3 ? share.toExponential(1) : String(Number(share.toPrecision(2)))
}
