import type { Comparison } from '../compare/comparison.js'
import { renderAccuracyTable } from './accuracy-table.js'
import { renderContract, renderDifferentWork } from './contract-summary.js'
import { renderDifferenceTable } from './difference-table.js'
import { renderDisagreementTable } from './disagreement-table.js'
import { renderFailures } from './failures.js'
import { formatNumberOf } from './format.js'
import { renderNoiseTable } from './noise-table.js'
import { seedCount } from './runs.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderThroughputTable } from './throughput-table.js'
import { renderTimeTable } from './time-table.js'

/** Renders the report of a comparison, in sections with an empty line between them. */
export function renderComparison(comparison: Comparison, options: RenderOptions): string {
  const style = createStyle(options)
  const sections = [
    headline(comparison, style),
    renderDifferentWork(comparison, style),
    renderAccuracyTable(comparison, style),
    renderFailures([...comparison.runs, ...comparison.repeats], style),
    renderTimeTable(comparison, style),
    renderThroughputTable(comparison, style),
    renderContract(comparison, style),
    renderDifferenceTable(comparison, style),
    renderNoiseTable(comparison, style),
    renderDisagreementTable(comparison, style),
  ]
  return sections.filter((section) => section !== null).join('\n\n')
}

function headline(comparison: Comparison, { colors }: Style): string {
  const { experiment, mode, status } = comparison
  const facts = [`${mode} mode`, formatNumberOf(seedCount(comparison), 'seed')]
  const ending = status === 'finished' ? [] : [(status === 'failed' ? colors.red : colors.yellow)(status)]
  return `${colors.bold(experiment)}  ${[...facts.map((fact) => colors.dim(fact)), ...ending].join('  ')}`
}
