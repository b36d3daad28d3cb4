import type { PhrasingContent, RootContent } from 'mdast'
import type { Comparison } from '../compare/comparison.js'
import { frameworkNames } from '../framework-names.js'
import { seedLabel } from '../plan/plan-runs.js'
import { formatNumberOf, formatUtcDate } from '../report/format.js'
import { machineRows, machinesNote } from '../report/machines.js'
import { measureRows, speedMeasures, speedNotes } from '../report/measures.js'
import { finishedRuns, frameworksOf } from '../report/runs.js'
import { reasonForVerdict, scopeOfVerdict, unjudgedNote } from '../report/verdict.js'
import { formatShard } from '../spec/shard.js'
import { trustClaims, verdictSentence } from './headline.js'
import { heading, list, paragraph, section, writeMarkdown } from './markdown.js'
import { type TextTable, tableOfMetrics } from './metric-table.js'
import { headingOf, type ReportPage } from './report-page.js'

const marks = { good: '✓', doubt: '⚠', open: '○' } as const

/** Comparison as its Markdown report tells of it. */
export type MarkdownReport = Omit<ReportPage, 'source' | 'details'>

/** Renders the report of a comparison in short as Markdown, for a pull request. Texts of data are escaped. */
export function renderMarkdownReport(report: MarkdownReport): string {
  const { comparison } = report
  const { runs, contract } = comparison
  const { name, startedAt, experiment, mode, shard, seeds, status } = headingOf(report)
  const unjudged = unjudgedNote(comparison, name)
  const facts = [
    `${mode} mode`,
    ...(shard === null ? [] : [`shard ${formatShard(shard)}`]),
    formatNumberOf(seeds, 'seed'),
    formatUtcDate(startedAt),
    ...(status === null ? [] : [status]),
    name,
  ]
  const children = [
    heading(2, experiment),
    paragraph(facts.join(' · ')),
    {
      type: 'paragraph' as const,
      children: verdict(verdictSentence(comparison, report.altered), reasonForVerdict(comparison)),
    },
    ...(unjudged === null ? [] : [paragraph(unjudged)]),
    paragraph(scopeOfVerdict(comparison)),
    list(trustClaims(report).map(({ text, side }) => [{ type: 'text', value: `${marks[side]} ${text}` }])),
    ...withoutResult(comparison),
    ...section('Test', tableOfMetrics(comparison)),
    ...section('Time and memory', tableOfSpeed(runs)),
    ...section('Fairness contract', tableOfContract(contract), 'left'),
    ...section('Machines', tableOfMachines(comparison), 'left'),
  ]
  return writeMarkdown(children)
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

function tableOfMachines({ merged }: Comparison): TextTable | null {
  if (merged === null) return null
  return { note: machinesNote(merged), head: ['property', 'values'], rows: machineRows(merged) }
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
