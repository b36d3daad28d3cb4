import path from 'node:path'
import { frameworkNames } from '../framework-names.js'
import type { ComparisonShownLine } from '../lines/comparison.js'
import { seedLabel } from '../plan/plan-runs.js'
import type { RunResult } from '../protocol/result.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { shellQuote } from '../shell-quote.js'
import { renderFailures } from './failures.js'
import { formatLoss, formatOr, formatPercent, formatSeconds } from './format.js'
import { extendCommand, moreSeedsTexts } from './more-seeds.js'
import { totalSeconds } from './runs.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderProse, renderTable } from './table.js'
import { renderComparison, renderSummary } from './terminal-report.js'
import { unjudgedNote } from './verdict.js'

/** Comparison as `show` shows it. */
export type ComparisonView = Pick<
  ComparisonShownLine,
  'name' | 'comparisonDirectory' | 'status' | 'comparison' | 'results'
>

/** Note on a comparison whose result this version of twintune cannot read. */
export const unreadableNote =
  'This version of twintune cannot read comparison.json: another version wrote it, or it was changed. environment.json names the version that wrote it. If the file was changed, delete it and run twintune resume, which makes it again.'

type Status = ComparisonView['status']

/** Names the command that resumes a comparison which was stopped, or in which runs failed; `null` for any other. */
export function resumeHint({
  comparisonDirectory,
  status,
  comparison = null,
}: Pick<ComparisonView, 'comparisonDirectory' | 'status'> & Partial<Pick<ComparisonView, 'comparison'>>):
  | string
  | null {
  const command = `twintune resume ${argumentFor(comparisonDirectory)}`
  if (status === 'interrupted' || status === 'cancelled') return `Resume with: ${command}`
  const hasFailed = comparison?.runs.some((run) => run.status === 'failed') ?? false
  return hasFailed ? `Try the failed runs again with: ${command}` : null
}

/** Names the command that prints what the summary of a comparison leaves out. */
export function detailsHint(comparisonDirectory: string): string {
  return `All figures and their evidence: twintune show ${argumentFor(comparisonDirectory)} --details`
}

/** Names the command that adds the seeds which the verdict lacks, and what they would show; empty where no number can be named. */
export function extendHint({
  comparison,
  comparisonDirectory,
}: Pick<ComparisonView, 'comparison' | 'comparisonDirectory'>): string[] {
  const difference = comparison?.metrics[comparison.primaryMetric].difference
  const command = comparison && extendCommand(comparison, namedBy(comparisonDirectory))
  return difference && command ? [`About ${moreSeedsTexts(difference).join(', or ')}: ${command}`] : []
}

/** Names the folder of a comparison or a sweep for a shell, as shortly as the commands find it. */
export function argumentFor(folder: string): string {
  return shellQuote(namedBy(folder))
}

// What lies in the default folder is found by its name, without --out.
function namedBy(folder: string): string {
  const { dir, base } = path.parse(folder)
  return dir === path.resolve(defaultRunsDirectory) ? base : folder
}

/** Renders a comparison, or the results of its runs so far; and the command that resumes it where it was stopped. */
export function renderShownComparison(
  shown: ComparisonView,
  { details, ...options }: RenderOptions & { readonly details: boolean },
): string {
  const { comparison, comparisonDirectory } = shown
  const hint = resumeHint(shown)
  const hints = [
    ...extendHint(shown),
    ...(comparison === null || details ? [] : [detailsHint(comparisonDirectory)]),
    ...(hint === null ? [] : [hint]),
  ]
  const render = details ? renderComparison : renderSummary
  const body = comparison === null ? renderSoFar(shown, options) : render(comparison, options)
  const unjudged = comparison && unjudgedNote(comparison, namedBy(comparisonDirectory))
  return [
    ...(unjudged ? [`warning ${unjudged}`] : []),
    body,
    ...(hints.length === 0 ? [] : [hints.join('\n')]),
  ].join('\n\n')
}

function renderSoFar({ name, status, results }: ComparisonView, options: RenderOptions): string {
  const style = createStyle(options)
  const heading = `${style.colors.bold(name)}  ${paintStatus(status, style)}`
  const title = status === 'unreadable' ? `${heading}\n${renderProse(unreadableNote, style)}` : heading
  if (results.length === 0) return `${title}\n\n  No run came to an end.`
  const table = renderTable(
    results.map((result) => resultCells(result, style)),
    {
      head: ['', '', '', 'test accuracy', 'loss', 'in all'],
      align: ['left', 'left', 'left', 'right', 'right', 'right'],
    },
    style,
  )
  const failures = renderFailures(results, style)
  return [title, table, ...(failures === null ? [] : [failures])].join('\n\n')
}

function resultCells(result: RunResult, style: Style): string[] {
  const { framework, status, test, seconds } = result
  return [
    frameworkNames[framework],
    seedLabel(result),
    paintStatus(status, style),
    formatOr(test?.accuracy, formatPercent),
    formatOr(test?.loss, formatLoss),
    formatOr(seconds, (parts) => formatSeconds(totalSeconds(parts))),
  ]
}

/** Paints the status of a comparison or a sweep. */
export function paintStatus(status: Status, { colors }: Style): string {
  const paints = {
    finished: colors.green,
    failed: colors.red,
    cancelled: colors.yellow,
    running: colors.cyan,
    interrupted: colors.yellow,
    unreadable: colors.red,
  }
  return paints[status](status)
}
