import type { ComparisonShownLine } from '../lines/comparison.js'
import type { SweepShownLine } from '../lines/sweep.js'
import { renderOptionsFor } from '../log/output.js'
import { renderShownComparison } from '../report/shown-comparison.js'
import { renderShownSweep } from '../report/sweep-report.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { findComparisonOrSweep } from '../sweep/find.js'
import type { RecordedSweep } from '../sweep/sweep-folder.js'
import { visible } from '../visible.js'
import type { CommandContext } from './context.js'
import { exitCodes } from './exit-code.js'
import type { ListOptions } from './list.js'
import { warnOfAltered } from './warn-of-altered.js'

export interface ShowOptions extends ListOptions {
  /** Whether the report is printed in full. */
  readonly details?: boolean
}

/** Carries out `twintune show COMPARISON`: prints one comparison or sweep, or as much of it as there is. */
export async function showCommand(
  comparison: string,
  { json, out, details = false }: ShowOptions,
  context: CommandContext,
): Promise<number> {
  const { kind, found } = await findComparisonOrSweep(comparison, out)
  if (kind === 'sweep') return showSweep(found, json ?? false, context)
  warnOfAltered(found, context)
  const line = toLine(found)
  context.stdout(
    json
      ? JSON.stringify(line)
      : renderShownComparison(visible(line), { ...renderOptionsFor(context.streams.stdout), details }),
  )
  return found.status === 'unreadable' ? exitCodes.usage : exitCodes.done
}

function showSweep(found: RecordedSweep, json: boolean, context: CommandContext): number {
  const { name, path: sweepDirectory, status, started, sweep } = found
  const { experiment, time: startedAt } = started
  const line: SweepShownLine = {
    ...{ type: 'sweep-shown', sweepDirectory, name, experiment, status, startedAt, sweep },
  }
  context.stdout(
    json ? JSON.stringify(line) : renderShownSweep(visible(line), renderOptionsFor(context.streams.stdout)),
  )
  return status === 'unreadable' ? exitCodes.usage : exitCodes.done
}

function toLine({
  name,
  path,
  status,
  started,
  comparison,
  results,
}: RecordedComparison): ComparisonShownLine {
  return {
    type: 'comparison-shown',
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
