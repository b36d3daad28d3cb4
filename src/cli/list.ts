import type { RunListedLine } from '../lines/run.js'
import { renderOptionsFor } from '../log/output.js'
import { renderRunList } from '../report/run-list.js'
import { meanOf, runsOf } from '../report/runs.js'
import { listRuns } from '../run/folder/find.js'
import type { RecordedRun } from '../run/folder/read.js'
import type { Framework } from '../spec/schema.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface ListOptions extends OutputOptions {
  readonly out: string
}

/** Carries out `twintune list`: what is in the folder of runs, the newest first. */
export async function listCommand({ json, out }: ListOptions, context: CommandContext): Promise<number> {
  const lines = (await listRuns(out)).map(toLine)
  if (json) {
    for (const line of lines) context.stdout(JSON.stringify(line))
  } else {
    context.stdout(renderRunList(lines, renderOptionsFor(context.streams.stdout)))
  }
  return exitCodes.done
}

function toLine(run: RecordedRun): RunListedLine {
  const { name, path, status, started, results } = run
  return {
    type: 'run-listed',
    comparisonDirectory: path,
    name,
    experiment: started.experiment,
    mode: started.mode,
    status,
    startedAt: started.time,
    runs: started.runs.length,
    finished: results.filter((result) => result.status === 'finished').length,
    accuracy: { tensorflow: meanAccuracy('tensorflow', run), pytorch: meanAccuracy('pytorch', run) },
  }
}

function meanAccuracy(framework: Framework, { results }: RecordedRun): number | null {
  return meanOf(runsOf(framework, results).map((result) => (result.repeat ? null : result.test?.accuracy)))
}
