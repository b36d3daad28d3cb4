import type { Comparison } from '../compare/comparison.js'
import { formatCount, formatPValue } from './format.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Renders how the two models of each seed answer the same images; `null` where no seed has both. */
export function renderDisagreementTable({ disagreement }: Comparison, style: Style): string | null {
  if (disagreement.length === 0) return null
  const table = renderTable(
    disagreement.map((of) => [
      `seed ${of.seed}`,
      `${formatCount(of.different)} of ${formatCount(of.images)}`,
      ...[of.bothRight, of.onlyTensorflowRight, of.onlyPytorchRight, of.bothWrong].map(formatCount),
      formatPValue(of.pValue),
    ]),
    {
      head: ['', 'different', 'both right', 'only TensorFlow', 'only PyTorch', 'none', 'p'],
      align: ['left', ...Array.from({ length: 6 }, () => 'right' as const)],
    },
    style,
  )
  return renderSection('Where the two disagree', `${table}\n\n${renderProse(note, style)}`, style)
}

const note =
  'Test images that the two take for different classes, and how many both, one or none of the two are right about. ' +
  "p: McNemar's exact test of the two models of that seed. Seeds share the images, so they are not pooled. " +
  'disagreements.json lists the images.'
