import type { ComparisonListedLine } from '../lines/comparison.js'
import { renderOptionsFor } from '../log/output.js'
import { renderComparisonList } from '../report/comparison-list.js'
import { meanOf, runsOf } from '../report/runs.js'
import { listComparisons } from '../run/folder/find.js'
import type { RecordedComparison } from '../run/folder/read.js'
import type { Experiment, Framework } from '../spec/schema.js'
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
}

/** Carries out `twintune list`: prints the comparisons, the newest first. */
export async function listCommand(
  { json, out, status, mode, name = '' }: ListCommandOptions,
  context: CommandContext,
): Promise<number> {
  const all = await listComparisons(out)
  const found = all.filter(
    (comparison) =>
      (status === undefined || comparison.status === status) &&
      (mode === undefined || comparison.started.mode === mode) &&
      comparison.name.includes(name),
  )
  const lines = found.map(toLine)
  if (json) {
    for (const line of lines) context.stdout(JSON.stringify(line))
  } else {
    const leftOut = all.length - found.length
    context.stdout(renderComparisonList(visible(lines), renderOptionsFor(context.streams.stdout), leftOut))
  }
  return exitCodes.done
}

function toLine(recorded: RecordedComparison): ComparisonListedLine {
  const { name, path, status, started, results } = recorded
  return {
    type: 'comparison-listed',
    comparisonDirectory: path,
    name,
    experiment: started.experiment,
    mode: started.mode,
    status,
    startedAt: started.time,
    runs: started.runs.length,
    finished: results.filter((result) => result.status === 'finished').length,
    accuracy: {
      tensorflow: meanAccuracy('tensorflow', recorded),
      pytorch: meanAccuracy('pytorch', recorded),
    },
  }
}

function meanAccuracy(framework: Framework, { results }: RecordedComparison): number | null {
  return meanOf(runsOf(framework, results).map((result) => (result.repeat ? null : result.test?.accuracy)))
}
