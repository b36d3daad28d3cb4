import type { Comparison } from '../compare/comparison.js'
import { isDisturbed } from '../compare/disturbance.js'
import { formatNumberOf, formatOr, formatPercent, formatPValue } from './format.js'
import { finishedRuns, frameworksOf } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

const title = 'TensorFlow over PyTorch in training'

/** Renders how much faster one framework trained than the other; `null` where no seed has both. */
export function renderThroughputTable({ throughput, runs }: Comparison, style: Style): string | null {
  const { ratio } = throughput
  const disturbed = finishedRuns(runs).filter(isDisturbed).length
  const leftOut = `${formatNumberOf(disturbed, 'run')} that other programs disturbed`
  if (ratio === null) {
    if (disturbed === 0 || frameworksOf(finishedRuns(runs)).length < 2) return null
    return renderSection(
      title,
      renderProse(`No seed has two runs to compare without ${leftOut}.`, style),
      style,
    )
  }
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
  const note =
    disturbed === 0 ? '' : `\n\n${renderProse(`Pairs with any of ${leftOut} are left out.`, style)}`
  return renderSection(title, `${table}${note}`, style)
}

function formatRatio(ratio: number): string {
  return ratio.toPrecision(3)
}
