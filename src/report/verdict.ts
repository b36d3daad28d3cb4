import type { Comparison } from '../compare/comparison.js'
import type { Look } from '../compare/looks.js'
import { whyNotTrained } from '../compare/not-trained.js'
import type { Verdict } from '../compare/verdict.js'
import { frameworkNames } from '../framework-names.js'
import { shellQuote } from '../shell-quote.js'
import type { Framework } from '../spec/schema.js'
import { formatNumberOf, formatPercent } from './format.js'
import { metricFormats, metricsOf } from './metric-format.js'
import { finishedRuns } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Note on the causes that an idiomatic comparison can't tell apart. */
const idiomaticNote =
  'Idiomatic mode: each framework uses its own model library, defaults and input pipeline. The two do different work by ' +
  'intent, so a difference is that of two recipes and not of the frameworks alone.'

/** Text in place of a verdict: a test of five classes or fewer has no top-5 accuracy. */
export const noVerdict = 'no verdict, since no run has this metric.'

/**
 * Renders the outcome on the primary metric, and what it is about; `null` where no seed has both frameworks, unless
 * the models were not trained.
 */
export function renderVerdict(comparison: Comparison, style: Style): string | null {
  const { primaryMetric, metrics } = comparison
  const reason = reasonForVerdict(comparison)
  if (metricsOf(comparison).every((metric) => metrics[metric].difference === null)) {
    return reason && renderSection('Not trained', renderProse(reason, style), style)
  }
  const { name } = metricFormats[primaryMetric]
  const verdict = metrics[primaryMetric].difference?.verdict ?? null
  const outcome = verdict === null ? noVerdict : `${style.colors.bold(verdictName(verdict))}: ${reason}`
  const table = renderTable([[name, outcome]], { align: ['left', 'left'], fold: true }, style)
  return renderSection('Verdict', `${table}\n\n${renderProse(scopeOfVerdict(comparison), style)}`, style)
}

/** Reason for the verdict; where no seed has both frameworks, why the models were not trained, or `null` if they were. */
export function reasonForVerdict({ primaryMetric, metrics, runs }: Comparison): string | null {
  const { difference } = metrics[primaryMetric]
  return difference === null ? whyNotTrained(runs) : difference.reason
}

/**
 * Says which checks are missing since they failed, and names the command that makes them; `null` if none is.
 *
 * @param named - Name or folder of the comparison.
 */
export function unjudgedNote({ unjudged }: Comparison, named: string): string | null {
  const [first, ...others] = unjudged
  if (first === undefined) return null
  const more = others.length === 0 ? '' : ` ${formatNumberOf(others.length, 'more check')} failed.`
  return `Checks are missing: ${first.message.replace(/[^.]$/, '$&.')}${more} To make them, run: twintune resume ${shellQuote(named)}`
}

/** Says what a verdict is about, and what it isn't. */
export function scopeOfVerdict({ primaryMetric, vary, mode, looks }: Comparison): string {
  const scope = [
    `The verdict is about ${metricFormats[primaryMetric].name} alone, for this test set; the seeds vary ${vary.join(', ')}.`,
    ...(looks.length > 1 ? [looksNote(looks)] : []),
  ].join(' ')
  return mode === 'idiomatic' ? `${scope} ${idiomaticNote}` : scope
}

/** Says that seeds were added after the result had been seen, and what the verdict asks for in return. */
function looksNote(looks: readonly Look[]): string {
  const [present, ...earlier] = looks.toReversed()
  if (present === undefined) return ''
  const seen = earlier.toReversed().map(({ pairs }) => pairs)
  const level = formatPercent(1 - 2 * present.equivalence, 2)
  return `This is look ${looks.length} at the result: seeds were added after ${seen.join(' and ')} ${seen.at(-1) === 1 ? 'pair' : 'pairs'} had been seen. So a winner needs p < ${present.significance.toPrecision(2)} here, and equivalence an interval of ${level}; with that a winner comes by chance in at most 5% of comparisons over all looks together, and so does equivalence.`
}

/** Renders the outcome on the primary metric in one line, for those who want no more. */
export function verdictLine(comparison: Comparison): string {
  const { primaryMetric, metrics, runs } = comparison
  const { name, value } = metricFormats[primaryMetric]
  const means = (['tensorflow', 'pytorch'] as const).flatMap((framework) => {
    const summary = metrics[primaryMetric][framework]
    return summary === null ? [] : [`${frameworkNames[framework]} ${value(summary.mean)}`]
  })
  if (means.length === 0)
    return finishedRuns(runs).length === 0 ? 'No run finished.' : `Test ${name}: ${noVerdict}`
  const verdict = metrics[primaryMetric].difference?.verdict
  const reason = reasonForVerdict(comparison)
  const outcome = reason === null ? '' : ` – ${verdictName(verdict ?? 'not trained')}: ${reason}`
  return `Test ${name}: ${means.join(', ')}${outcome}`
}

/** Names a verdict in a word or two: the better framework, or the verdict itself. */
export function verdictName(verdict: Verdict): string {
  return isFramework(verdict) ? frameworkNames[verdict] : verdict
}

function isFramework(verdict: Verdict): verdict is Framework {
  return verdict in frameworkNames
}
