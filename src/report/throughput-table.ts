import type { Comparison } from '../compare/comparison.js'
import { formatOr, formatPercent, formatPValue } from './format.js'
import type { Style } from './style.js'
import { renderSection, renderTable } from './table.js'

/** Renders how much faster one framework trained than the other; `null` where no seed has the pace of both. */
export function renderThroughputTable({ throughput }: Comparison, style: Style): string | null {
  const { ratio } = throughput
  if (ratio === null) return null
  const { pairs, mean, interval, level, pValue } = ratio
  const row = [
    'images a second',
    String(pairs),
    formatRatio(mean),
    formatOr(interval, ([low, high]) => `${formatRatio(low)} to ${formatRatio(high)}`),
    formatOr(level, (share) => formatPercent(share, 1)),
    formatOr(pValue, formatPValue),
  ]
  const table = renderTable(
    [row],
    {
      head: ['', 'pairs', 'ratio', 'interval', 'level', 'p'],
      align: ['left', 'right', 'right', 'right', 'right', 'right'],
    },
    style,
  )
  return renderSection('TensorFlow over PyTorch in training', table, style)
}

function formatRatio(ratio: number): string {
  return ratio.toPrecision(3)
}
