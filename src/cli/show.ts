import { renderOptionsFor } from '../log/output.js'
import { renderRun } from '../report/run-list.js'
import { findRun } from '../run/find-run.js'
import type { CommandContext } from './context.js'
import { exitCodes } from './exit-code.js'
import type { ListOptions } from './list.js'

/** `twintune show RUN`: the comparison of one run folder, or as much of it as there is. */
export async function showCommand(
  run: string,
  { json, out }: ListOptions,
  context: CommandContext,
): Promise<number> {
  const recorded = await findRun(run, out)
  const { name, path, status, comparison, results } = recorded
  context.stdout(
    json
      ? JSON.stringify({ type: 'run', runDirectory: path, name, status, comparison, results })
      : renderRun(recorded, renderOptionsFor(context.streams.stdout)),
  )
  return exitCodes.done
}
