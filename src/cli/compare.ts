import { loadExperiment } from '../spec/load.js'
import { type CarryOutOptions, carryOutAndLog } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

/** `twintune compare SPEC`: every framework × seed, then the comparison. */
export async function compareCommand(
  spec: string,
  options: CarryOutOptions,
  context: CommandContext,
): Promise<number> {
  return carryOutAndLog(await loadExperiment(spec, { ...options, cwd: context.cwd }), options, context)
}
