import type { Comparison, MetricSummary } from '../compare/comparison.js'
import type { RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { formatLoss, formatPercent, frameworkNames } from './format.js'
import { finishedRuns, frameworksOf, runsOf } from './runs.js'
import type { Style } from './style.js'
import { renderSection, renderTable } from './table.js'

/** The test of every run, and under each framework's runs their mean and standard deviation. */
export function renderAccuracyTable(comparison: Comparison, style: Style): string {
  const groups = frameworksOf(comparison.runs).map((framework) => frameworkRows(framework, comparison, style))
  const rows = groups.flatMap((group, index) => (index === 0 ? group : [[], ...group]))
  const table = renderTable(
    rows,
    {
      head: ['', '', 'accuracy', '', 'loss', '', 'first-step loss'],
      align: ['left', 'left', 'right', 'left', 'right', 'left', 'right'],
    },
    style,
  )
  return renderSection('Test', table, style)
}

/** A row for each seed, then the mean where there are several. */
function frameworkRows(framework: Framework, { runs, metrics }: Comparison, style: Style): string[][] {
  const ofFramework = runsOf(framework, runs)
  const [first, ...others] = ofFramework.map((run) => seedCells(run, style))
  const rows = [[frameworkNames[framework], ...(first ?? [])], ...others.map((cells) => ['', ...cells])]
  const accuracy = metrics.accuracy[framework]
  if (accuracy === null || finishedRuns(ofFramework).length < 2) return rows
  const { bold } = style.colors
  const mean = [
    ...meanCells(accuracy, formatPercent, (std) => (100 * std).toFixed(2)),
    ...meanCells(metrics.loss[framework], formatLoss, formatLoss),
  ]
  return [...rows, ['', ...['mean ± std', ...mean].map((cell) => bold(cell))]]
}

function seedCells(run: RunResult, { colors }: Style): string[] {
  const seed = `seed ${run.seed}`
  if (run.status !== 'finished')
    return [seed, (run.status === 'failed' ? colors.red : colors.dim)(run.status)]
  return [
    seed,
    formatPercent(run.test.accuracy),
    '',
    formatLoss(run.test.loss),
    '',
    run.firstStepLoss.toFixed(6),
  ]
}

function meanCells(
  summary: MetricSummary | null,
  format: (value: number) => string,
  formatStd: (std: number) => string,
): string[] {
  return summary === null ? ['', ''] : [format(summary.mean), `± ${formatStd(summary.std)}`]
}
