import type { ComparisonShownLine } from '../lines/comparison.js'
import { renderOptionsFor } from '../log/output.js'
import { renderShownComparison } from '../report/shown-comparison.js'
import { findComparison } from '../run/folder/find.js'
import type { RecordedComparison } from '../run/folder/read.js'
import { visible } from '../visible.js'
import type { CommandContext } from './context.js'
import { exitCodes } from './exit-code.js'
import type { ListOptions } from './list.js'
import { warnOfAltered } from './warn-of-altered.js'

export interface ShowOptions extends ListOptions {
  /** Whether the report is printed in full. */
  readonly details?: boolean
}

/** Carries out `twintune show COMPARISON`: prints one comparison, or as much of it as there is. */
export async function showCommand(
  comparison: string,
  { json, out, details = false }: ShowOptions,
  context: CommandContext,
): Promise<number> {
  const found = await findComparison(comparison, out)
  warnOfAltered(found, context)
  const line = toLine(found)
  context.stdout(
    json
      ? JSON.stringify(line)
      : renderShownComparison(visible(line), { ...renderOptionsFor(context.streams.stdout), details }),
  )
  return found.status === 'unreadable' ? exitCodes.usage : exitCodes.done
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
