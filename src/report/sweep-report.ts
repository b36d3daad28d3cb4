import { frameworkNames } from '../framework-names.js'
import type { SweepShownLine } from '../lines/sweep.js'
import type { Sweep } from '../sweep/record.js'
import { formatNumberOf, formatOr, formatSeconds } from './format.js'
import { metricFormats } from './metric-format.js'
import { argumentFor, paintStatus } from './shown-comparison.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { betweenSentence, failedTrialsNote, finalText, gainSentences } from './sweep-words.js'
import { renderProse, renderSection, renderTable } from './table.js'
import { valuesText } from './trial-text.js'

/** Sweep as `show` shows it. */
export type SweepView = Pick<SweepShownLine, 'name' | 'sweepDirectory' | 'status' | 'sweep'>

/** Renders what a sweep has found: the trials that failed, the best of each framework, its cost, and the final comparison. */
function renderSweep(sweep: Sweep, sweepDirectory: string, options: RenderOptions): string {
  const style = createStyle(options)
  const failed = failedTrialsNote(sweep, argumentFor(sweepDirectory))
  return [
    ...(failed === null ? [] : [renderProse(`warning ${failed}`, style)]),
    renderGain(sweep, style),
    renderBest(sweep, style),
    renderBudget(sweep, style),
  ].join('\n\n')
}

/** Renders a sweep, as far as it has come; and the command that resumes it where it was stopped. */
export function renderShownSweep(shown: SweepView, options: RenderOptions): string {
  const { name, sweepDirectory, status, sweep } = shown
  const style = createStyle(options)
  const isStopped = status === 'interrupted' || status === 'cancelled'
  return [
    `${style.colors.bold(name)}  ${paintStatus(status, style)}`,
    sweep === null
      ? renderProse(status === 'unreadable' ? unreadableSweep : 'No trial has ended yet.', style)
      : renderSweep(sweep, sweepDirectory, options),
    ...(isStopped ? [`Resume with: twintune sweep --resume ${argumentFor(sweepDirectory)}`] : []),
  ].join('\n\n')
}

/** Note on a sweep whose result this version of twintune cannot read. */
export const unreadableSweep =
  'This version of twintune cannot read sweep.json: another version wrote it, or it was changed.'

function renderGain(sweep: Sweep, style: Style): string {
  const sentences = [...gainSentences(sweep), betweenSentence(sweep)].filter((sentence) => sentence !== null)
  const folders = (sweep.final?.comparisons ?? []).map(
    (comparison) => `${finalText(comparison)}: ${comparison.comparisonDirectory}`,
  )
  const body = [...sentences, ...folders].map((line) => renderProse(line, style)).join('\n')
  return renderSection('Final comparison', body, style)
}

function renderBest(sweep: Sweep, style: Style): string {
  const { name, value: format } = metricFormats[sweep.metric]
  const find = (framework: string, number: number) =>
    sweep.trials.find((trial) => trial.framework === framework && trial.trial === number)
  const rows = sweep.frameworks.map((framework) => {
    const best = sweep.best.find((each) => each.framework === framework)
    const trial = best && find(framework, best.trial)
    return [
      frameworkNames[framework],
      formatOr(trial?.objective, format),
      formatOr(find(framework, 0)?.objective, format),
      trial ? (trial.trial === 0 ? '0' : String(trial.trial)) : '',
      trial ? valuesText(trial.values) : 'no trial finished',
    ]
  })
  const table = renderTable(
    rows,
    {
      head: ['', `best ${name}`, 'as it stands', 'trial', 'settings'],
      align: ['left', 'right', 'right', 'right', 'left'],
    },
    style,
  )
  const note = `Best of ${formatNumberOf(sweep.budget[0]?.planned ?? 0, 'trial')} by the validation images: the best of many is flattered by its choice.`
  return `${renderSection('Best settings', table, style)}\n\n${renderProse(note, style)}`
}

function renderBudget({ budget }: Sweep, style: Style): string {
  const table = renderTable(
    budget.map(({ framework, planned, finished, pruned, failed, cancelled, epochs, seconds }) => [
      frameworkNames[framework],
      ...[planned, finished, pruned, failed, cancelled, epochs].map(String),
      formatSeconds(seconds),
    ]),
    {
      head: ['', 'trials', 'finished', 'pruned', 'failed', 'cancelled', 'epochs', 'time'],
      align: ['left', ...Array.from({ length: 7 }, () => 'right' as const)],
    },
    style,
  )
  return renderSection('Budget', table, style)
}
