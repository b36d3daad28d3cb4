import type { RunShownLine } from '../lines/run.js'
import { renderOptionsFor } from '../log/output.js'
import { renderRun } from '../report/run-list.js'
import { findRun } from '../run/folder/find.js'
import type { RecordedRun } from '../run/folder/read.js'
import type { CommandContext } from './context.js'
import { exitCodes } from './exit-code.js'
import type { ListOptions } from './list.js'

/** Carries out `twintune show RUN`: the comparison of one run folder, or as much of it as there is. */
export async function showCommand(
  run: string,
  { json, out }: ListOptions,
  context: CommandContext,
): Promise<number> {
  const line = toLine(await findRun(run, out))
  context.stdout(json ? JSON.stringify(line) : renderRun(line, renderOptionsFor(context.streams.stdout)))
  return exitCodes.done
}

function toLine({ name, path, status, started, comparison, results }: RecordedRun): RunShownLine {
  return {
    type: 'run-shown',
    comparisonDirectory: path,
    name,
    experiment: started.experiment,
    mode: started.mode,
    status,
    startedAt: started.time,
    comparison,
    results: [...results],
  }
}
