import type { ComparisonListedLine } from '../lines/comparison.js'
import { renderOptionsFor } from '../log/output.js'
import { renderComparisonList } from '../report/comparison-list.js'
import { formatNumberOf } from '../report/format.js'
import { summarizeComparisons } from '../run/folder/find.js'
import type { RecordedComparison } from '../run/folder/read.js'
import type { ListedComparison } from '../run/folder/summary.js'
import type { Experiment } from '../spec/schema.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface ListOptions extends OutputOptions {
  readonly out: string
}

/** Options of `twintune list`. A filter that is left out leaves no comparison out. */
export interface ListCommandOptions extends ListOptions {
  readonly status?: RecordedComparison['status']
  readonly mode?: Experiment['mode']
  /** Text that the folder's name has in it. */
  readonly name?: string
  /** Whether all are listed on a terminal, however many there are. */
  readonly all?: boolean
}

/** Number of comparisons that are listed for people: more scroll away what they look for. */
const mostListed = 100

/** Carries out `twintune list`: prints the comparisons, the newest first. */
export async function listCommand(
  { json, out, status, mode, name = '', all: isWhole = false }: ListCommandOptions,
  context: CommandContext,
): Promise<number> {
  const all = await summarizeComparisons(out)
  const found = all.filter(
    (comparison) =>
      (status === undefined || comparison.status === status) &&
      (mode === undefined || comparison.mode === mode) &&
      comparison.name.includes(name),
  )
  const lines = (json || isWhole ? found : found.slice(0, mostListed)).map(toLine)
  if (json) {
    for (const line of lines) context.stdout(JSON.stringify(line))
  } else {
    const leftOut = all.length - found.length
    context.stdout(renderComparisonList(visible(lines), renderOptionsFor(context.streams.stdout), leftOut))
    if (lines.length < found.length)
      context.stderr(
        `${formatNumberOf(found.length - lines.length, 'older comparison')} not listed: --all lists them, --name and --status find some.`,
      )
  }
  return exitCodes.done
}

function toLine({ path, seeds: _, verdict: __, ...listed }: ListedComparison): ComparisonListedLine {
  return { type: 'comparison-listed', comparisonDirectory: path, ...listed }
}
