import { mean } from '../compare/summary.js'
import { renderOptionsFor } from '../log/output.js'
import { type RunListRow, renderRunList } from '../report/run-list.js'
import { listRuns } from '../run/find-run.js'
import type { RecordedRun } from '../run/read-run-folder.js'
import type { Framework } from '../spec/schema.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface ListOptions extends OutputOptions {
  readonly out: string
}

/** `twintune list`: what is in the folder of runs, the newest first. */
export async function listCommand({ json, out }: ListOptions, context: CommandContext): Promise<number> {
  const rows = (await listRuns(out)).map((run) => ({ runDirectory: run.path, row: toRow(run) }))
  if (json) {
    for (const { runDirectory, row } of rows)
      context.stdout(JSON.stringify({ type: 'run', runDirectory, ...row }))
  } else {
    context.stdout(
      renderRunList(
        rows.map(({ row }) => row),
        renderOptionsFor(context.streams.stdout),
      ),
    )
  }
  return exitCodes.done
}

function toRow(run: RecordedRun): RunListRow {
  const { name, status, started, results } = run
  return {
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
  const accuracies = results
    .filter((result) => result.framework === framework)
    .flatMap(({ test }) => (test ? [test.accuracy] : []))
  return accuracies.length > 0 ? mean(accuracies) : null
}
