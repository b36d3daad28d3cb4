import type { PhrasingContent, RootContent, TableRow } from 'mdast'
import { gfmTableToMarkdown } from 'mdast-util-gfm-table'
import { toMarkdown } from 'mdast-util-to-markdown'
import type { Comparison } from '../compare/comparison.js'
import { frameworkNames } from '../framework-names.js'
import { seedLabel } from '../plan/plan-runs.js'
import { formatNumberOf, formatUtcDate } from '../report/format.js'
import { measureRows, speedMeasures, speedNotes } from '../report/measures.js'
import { finishedRuns, frameworksOf } from '../report/runs.js'
import { scopeOfVerdict } from '../report/verdict.js'
import { trustClaims, verdictSentence } from './headline.js'
import { type TextTable, tableOfMetrics } from './metric-table.js'
import { headingOf, type ReportPage } from './report-page.js'

const marks = { good: '✓', doubt: '⚠', open: '○' } as const

/** Comparison as its Markdown report tells of it. */
export type MarkdownReport = Omit<ReportPage, 'source' | 'details'>

/** Renders the report of a comparison in short as Markdown, for a pull request. Texts of data are escaped. */
export function renderMarkdownReport(report: MarkdownReport): string {
  const { comparison } = report
  const { metrics, primaryMetric, runs, contract } = comparison
  const { name, startedAt, experiment, mode, seeds, status } = headingOf(report)
  const reason = metrics[primaryMetric].difference?.reason
  const facts = [
    `${mode} mode`,
    formatNumberOf(seeds, 'seed'),
    formatUtcDate(startedAt),
    ...(status === null ? [] : [status]),
    name,
  ]
  const children = [
    heading(2, experiment),
    paragraph(facts.join(' · ')),
    { type: 'paragraph' as const, children: verdict(verdictSentence(comparison), reason ?? null) },
    paragraph(scopeOfVerdict(comparison)),
    list(trustClaims(report).map(({ text, side }) => [{ type: 'text', value: `${marks[side]} ${text}` }])),
    ...withoutResult(comparison),
    ...section('Test', tableOfMetrics(comparison)),
    ...section('Time and memory', tableOfSpeed(runs)),
    ...section('Fairness contract', tableOfContract(contract), 'left'),
  ]
  return toMarkdown({ type: 'root', children }, { extensions: [gfmTableToMarkdown()], bullet: '-' })
}

function verdict(sentence: string, reason: string | null): PhrasingContent[] {
  const strong: PhrasingContent = { type: 'strong', children: [{ type: 'text', value: sentence }] }
  return reason === null ? [strong] : [strong, { type: 'text', value: ` ${reason}` }]
}

function withoutResult({ runs, repeats }: Comparison): RootContent[] {
  const lines = [...runs, ...repeats].flatMap((run): PhrasingContent[][] =>
    run.status === 'finished'
      ? []
      : [
          [
            { type: 'text', value: `${frameworkNames[run.framework]} ${seedLabel(run)} ${run.status}: ` },
            // Names and addresses in code reach nobody.
            { type: 'inlineCode', value: run.failure.message },
          ],
        ],
  )
  return lines.length === 0 ? [] : [heading(3, 'Runs without a result'), list(lines)]
}

function tableOfSpeed(runs: Comparison['runs']): TextTable | null {
  const finished = finishedRuns(runs)
  if (finished.length === 0) return null
  return {
    note: speedNotes(finished).join(' '),
    head: ['', ...frameworksOf(finished).map((framework) => frameworkNames[framework])],
    rows: measureRows(speedMeasures, finished),
  }
}

// A reader of a pull request looks for what isn't as it should be.
function tableOfContract(contract: Comparison['contract']): TextTable | null {
  if (contract.length === 0) return null
  const others = contract.filter(({ state }) => state !== 'identical')
  return {
    note: `${contract.length - others.length} of ${contract.length} rows are identical.`,
    head: ['ingredient', 'state', 'evidence'],
    rows: others.map(({ ingredient, state, evidence }) => [ingredient, state, evidence]),
  }
}

function section(title: string, table: TextTable | null, align: 'left' | 'right' = 'right'): RootContent[] {
  if (table === null) return []
  const rows = table.rows.length === 0 ? [] : [tableOf(table, align)]
  return [heading(3, title), paragraph(table.note), ...rows]
}

function tableOf({ head, rows }: TextTable, align: 'left' | 'right'): RootContent {
  const row = (cells: readonly string[]): TableRow => ({
    type: 'tableRow',
    children: cells.map((value) => ({ type: 'tableCell', children: [{ type: 'text', value }] })),
  })
  return {
    type: 'table',
    align: head.map((_, column) => (column === 0 ? 'left' : align)),
    children: [head, ...rows].map(row),
  }
}

function heading(depth: 2 | 3, value: string): RootContent {
  return { type: 'heading', depth, children: [{ type: 'text', value }] }
}

function paragraph(value: string): RootContent {
  return { type: 'paragraph', children: [{ type: 'text', value }] }
}

function list(items: readonly (readonly PhrasingContent[])[]): RootContent {
  return {
    type: 'list',
    spread: false,
    children: items.map((item) => ({
      type: 'listItem',
      children: [{ type: 'paragraph', children: [...item] }],
    })),
  }
}
