import type { Failure } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { nameOfSeed } from '../plan/plan-runs.js'
import type { RunResult } from '../protocol/result.js'

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
  const causeLine = cause === null ? '' : firstLine(`${cause.type}: ${cause.message}`)
  const saidAlready = cause === null || message.includes(firstLine(cause.message))
  return [
    `${message} (${code})`,
    ...(saidAlready ? [] : [causeLine]),
    ...(hint === null ? [] : [`Hint: ${hint}`]),
  ]
}

/** Renders the runs that failed, each failure once with the seeds that it struck; then the runs that were cancelled. */
export function renderFailures(runs: readonly RunResult[], style: Style): string | null {
  const { red, dim } = style.colors
  const sections = frameworksOf(runs).flatMap((framework) => {
    const ofFramework = runsOf(framework, runs)
    const name = frameworkNames[framework]
    return [
      ...groupByFailure(ofFramework).map(({ failure, seeds }) => [
        red(`${name} ${seedList(seeds)}`),
        failureLines(failure).join('\n'),
      ]),
      ...cancelled(ofFramework).map((seeds) => [dim(`${name} ${seedList(seeds)}`), 'cancelled']),
    ]
  })
  if (sections.length === 0) return null
  return renderSection(
    'Runs without a result',
    renderTable(sections, { align: ['left', 'left'], fold: true }, style),
    style,
  )
}

/** Lists seeds in words: `seed 1`, or `seeds 0, 1, 1 repeat`. */
export function seedList(seeds: readonly (number | string)[]): string {
  return `seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`
}

function groupByFailure(runs: readonly RunResult[]): { failure: Failure; seeds: string[] }[] {
  const groups = new Map<string, { failure: Failure; seeds: string[] }>()
  for (const run of runs) {
    const { status, failure } = run
    if (status !== 'failed') continue
    const key = `${failure.code} ${failure.message}`
    const group = groups.get(key) ?? { failure, seeds: [] }
    group.seeds.push(nameOfSeed(run))
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Groups the seeds of the cancelled runs; no group where there are none. */
function cancelled(runs: readonly RunResult[]): string[][] {
  const seeds = runs.filter((run) => run.status === 'cancelled').map(nameOfSeed)
  return seeds.length === 0 ? [] : [seeds]
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
