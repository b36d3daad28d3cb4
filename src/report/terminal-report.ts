import type { Comparison } from '../compare/comparison.js'
import { formatShard } from '../spec/shard.js'
import { renderAccuracyTable } from './accuracy-table.js'
import { renderContract, renderContractSummary, renderDifferentWork } from './contract-summary.js'
import { renderDifferenceTable } from './difference-table.js'
import { renderDisagreementTable } from './disagreement-table.js'
import { renderFailures } from './failures.js'
import { formatNumberOf } from './format.js'
import { renderMachines } from './machines.js'
import { renderNoiseTable } from './noise-table.js'
import { seedCount } from './runs.js'
import { renderSpeedSummary } from './speed-summary.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderTestSummary } from './test-summary.js'
import { renderThroughputTable } from './throughput-table.js'
import { renderTimeTable } from './time-table.js'
import { renderTrainingSummary } from './training-summary.js'
import { renderVerdict } from './verdict.js'

/** Renders the report of a comparison in full, the verdict first. */
export function renderComparison(comparison: Comparison, options: RenderOptions): string {
  const style = createStyle(options)
  return joinSections([
    ...outcome(comparison, style),
    renderAccuracyTable(comparison, style),
    renderDifferenceTable(comparison, style),
    renderTrainingSummary(comparison, style),
    renderTimeTable(comparison, style),
    renderThroughputTable(comparison, style),
    renderContract(comparison, style),
    renderMachines(comparison, style),
    renderNoiseTable(comparison, style),
    renderDisagreementTable(comparison, style),
  ])
}

/** Renders what most people want to know of a comparison, in about a screen. */
export function renderSummary(comparison: Comparison, options: RenderOptions): string {
  const style = createStyle(options)
  return joinSections([
    ...outcome(comparison, style),
    renderTestSummary(comparison, style),
    renderTrainingSummary(comparison, style),
    renderSpeedSummary(comparison, style),
    renderContractSummary(comparison, style),
    renderMachines(comparison, style),
    renderNoiseTable(comparison, style),
  ])
}

/** Renders the sections that a report begins with: the verdict, and all that casts doubt on it. */
function outcome(comparison: Comparison, style: Style): (string | null)[] {
  return [
    headline(comparison, style),
    renderVerdict(comparison, style),
    renderDifferentWork(comparison, style),
    renderFailures([...comparison.runs, ...comparison.repeats], style),
  ]
}

function joinSections(sections: readonly (string | null)[]): string {
  return sections.filter((section) => section !== null).join('\n\n')
}

function headline(comparison: Comparison, { colors }: Style): string {
  const { experiment, mode, status, shard } = comparison
  const share = shard === null ? [] : [`shard ${formatShard(shard)}`]
  const facts = [`${mode} mode`, ...share, formatNumberOf(seedCount(comparison), 'seed')]
  const ending = status === 'finished' ? [] : [(status === 'failed' ? colors.red : colors.yellow)(status)]
  return `${colors.bold(experiment)}  ${[...facts.map((fact) => colors.dim(fact)), ...ending].join('  ')}`
}
