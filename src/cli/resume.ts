import { resumeComparison } from '../index.js'
import { findComparison } from '../run/folder/find.js'
import { isComplete } from '../run/wanted-evidence.js'
import { visible } from '../visible.js'
import { logToTheEnd, type RunningOptions, runOptionsOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

/** Carries out `twintune resume COMPARISON`: goes on with an interrupted comparison, in its own folder. */
export async function resumeCommand(
  comparison: string,
  options: RunningOptions,
  context: CommandContext,
): Promise<number> {
  const { out, replay, crossEvaluation } = options
  const found = await findComparison(comparison, out)
  if (isComplete(found, { replay, crossEvaluation }))
    context.stderr(`${visible(found.name)} is finished: there is nothing to resume.`)
  const begin = (signal: AbortSignal) => resumeComparison(found.path, runOptionsOf(options, { signal }))
  return logToTheEnd(begin, options, context)
}
