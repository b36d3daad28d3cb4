import { frameworkNames } from '../framework-names.js'
import type { ComparisonListedLine } from '../lines/comparison.js'
import type { SweepListedLine } from '../lines/sweep.js'
import { formatCount, formatLocalTime, formatOr, formatPercent } from './format.js'
import { argumentFor, paintStatus, resumeHint } from './shown-comparison.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { strategyText } from './sweep-words.js'
import { renderTable, widthOf } from './table.js'

/** Comparison or sweep as `list` shows it. */
export type FolderListRow = ComparisonListedLine | SweepListedLine

/**
 * Renders a line for each comparison and each sweep, the comparisons of a sweep's final beneath it, and the command that goes
 * on with the newest that was stopped.
 *
 * @param rows - Comparisons and sweeps, the newest first.
 * @param leftOut - Number of comparisons and sweeps that the user's filters left out.
 */
export function renderFolderList(
  rows: readonly FolderListRow[],
  options: RenderOptions,
  leftOut = 0,
): string {
  if (rows.length === 0) return noneText(leftOut)
  const grouped = groupRows(rows)
  // A sweep that goes on carries its final on, too.
  const hints = grouped.flatMap(({ row, isBeneath }) => (isBeneath ? [] : (hintFor(row) ?? [])))
  return [renderListTable(grouped, options), ...hints.slice(0, 1)].join('\n\n')
}

function noneText(leftOut: number): string {
  if (leftOut === 0) return 'No comparisons yet.'
  if (leftOut === 1) return 'The only comparison or sweep does not fit the filters.'
  return `None of the ${formatCount(leftOut)} comparisons and sweeps fits the filters.`
}

function hintFor(row: FolderListRow): string | null {
  if (row.type === 'comparison-listed') return resumeHint(row)
  const isStopped = row.status === 'interrupted' || row.status === 'cancelled'
  return isStopped ? `Resume with: twintune sweep --resume ${argumentFor(row.sweepDirectory)}` : null
}

interface GroupedRow {
  readonly row: FolderListRow
  /** Whether the row is a comparison of the final of the sweep above it. */
  readonly isBeneath: boolean
}

// The comparisons of a final stand in the order in which they began: the best settings come before the specification as it stands.
function groupRows(rows: readonly FolderListRow[]): GroupedRow[] {
  const finals = new Map<string, ComparisonListedLine[]>(
    rows.flatMap(({ type, name }) => (type === 'sweep-listed' ? [[name, []]] : [])),
  )
  const atTop = rows.filter((row) => {
    const beneath = row.type === 'comparison-listed' && row.sweep !== null ? finals.get(row.sweep) : undefined
    if (row.type === 'comparison-listed') beneath?.unshift(row)
    return beneath === undefined
  })
  return atTop.flatMap((row) => [
    { row, isBeneath: false },
    ...(row.type === 'sweep-listed' ? (finals.get(row.name) ?? []) : []).map((final) => {
      return { row: final, isBeneath: true }
    }),
  ])
}

// Where not even the times left out make room, each row gets lines of its own.
function renderListTable(rows: readonly GroupedRow[], options: RenderOptions): string {
  const style = createStyle(options)
  const complete = renderRows(rows, true, { ...style, tableColumns: Infinity })
  return widthOf(complete) <= style.tableColumns ? complete : renderRows(rows, false, style)
}

function renderRows(rows: readonly GroupedRow[], withTimes: boolean, style: Style): string {
  const started = (text: string) => (withTimes ? [text] : [])
  return renderTable(
    rows.map(({ row, isBeneath }) => [
      `${isBeneath ? '└ ' : ''}${row.name}`,
      ...started(formatLocalTime(row.startedAt)),
      kindText(row),
      paintStatus(row.status, style),
      ...resultCells(row),
    ]),
    {
      head: [
        rows.some(({ row }) => row.type === 'sweep-listed') ? 'comparison or sweep' : 'comparison',
        ...started('started'),
        'mode',
        'status',
        'runs',
        frameworkNames.tensorflow,
        frameworkNames.pytorch,
      ],
      align: [
        'left',
        ...started('left').map(() => 'left' as const),
        'left',
        'left',
        'right',
        'right',
        'right',
      ],
    },
    style,
  )
}

function kindText(row: FolderListRow): string {
  if (row.type === 'comparison-listed') return row.sweep === null ? row.mode : `${row.mode}, final`
  return ['sweep', ...(row.strategy === null ? [] : [strategyText(row.strategy, row.sampler)])].join(', ')
}

// The accuracies of trials are those of the validation, and those of comparisons are of the test.
function resultCells(row: FolderListRow): string[] {
  if (row.type === 'sweep-listed') return [`${row.ended}/${row.trials} trials`, '', '']
  const { runs, finished, accuracy } = row
  return [
    `${finished}/${runs}`,
    formatOr(accuracy.tensorflow, formatPercent),
    formatOr(accuracy.pytorch, formatPercent),
  ]
}
