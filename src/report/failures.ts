import type { Failure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { nameOfSeed } from '../plan/plan-runs.js'
import type { RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'

import { frameworksOf, runsOf } from './runs.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderSection, renderTable } from './table.js'

/** Renders a failure for people: its message, the exception or exit behind it, its remedy and its code. */
export function renderFailure(failure: Failure, options: RenderOptions): string {
  const { red } = createStyle(options).colors
  const [message, ...details] = failureLines(failure)
  return [`${red('error')} ${message}`, ...details.map((line) => `  ${line}`)].join('\n')
}

/** Lines that tell of a failure. The traceback is in the comparison's folder. */
export function failureLines({ code, message, hint, cause }: Failure): string[] {
  const causeLine =
    cause === null
      ? ''
      : // The system's errors begin with their type.
        firstLine(cause.message.startsWith(cause.type) ? cause.message : `${cause.type}: ${cause.message}`)
  const saidAlready = cause === null || message.includes(firstLine(cause.message))
  return [
    `${message} (${code})`,
    ...(saidAlready ? [] : [causeLine]),
    ...(hint === null ? [] : [`Hint: ${hint}`]),
  ]
}

/** Renders the runs that failed, each failure once with the frameworks and seeds that it struck; then the cancelled ones. */
export function renderFailures(runs: readonly RunResult[], style: Style): string | null {
  const { red, dim } = style.colors
  const sections = [
    ...groupByFailure(runs).map(({ failure, struck }) => [
      frameworksOf(struck)
        .map((framework) => red(labelOf(framework, struck)))
        .join('\n'),
      failureLines(failure).join('\n'),
    ]),
    ...frameworksOf(runs).flatMap((framework) => {
      const ended = runsOf(framework, runs).filter(({ status }) => status === 'cancelled')
      return ended.length === 0 ? [] : [[dim(labelOf(framework, ended)), 'cancelled']]
    }),
  ]
  if (sections.length === 0) return null
  return renderSection(
    'Runs without a result',
    renderTable(sections, { align: ['left', 'left'], fold: true }, style),
    style,
  )
}

/** Lists seeds in words: `seed 1`, or `seeds 0, 1, 1 repeat`. */
function seedList(seeds: readonly (number | string)[]): string {
  return `seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`
}

/** Names the runs of a framework among those that were struck: `PyTorch seeds 0, 1`. */
function labelOf(framework: Framework, struck: readonly RunResult[]): string {
  return `${frameworkNames[framework]} ${seedList(runsOf(framework, struck).map(nameOfSeed))}`
}

function groupByFailure(runs: readonly RunResult[]): { failure: Failure; struck: RunResult[] }[] {
  const groups = new Map<string, { failure: Failure; struck: RunResult[] }>()
  for (const run of runs) {
    const { status, failure } = run
    if (status !== 'failed') continue
    const key = `${failure.code} ${failure.message}`
    const group = groups.get(key) ?? { failure, struck: [] }
    group.struck.push(run)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
