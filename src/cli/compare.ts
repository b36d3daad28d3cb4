import { loadExperiment } from '../spec/load.js'
import { carryOutAndLog } from './carry-out-and-log.js'
import type { CommandContext, SpecOptions } from './context.js'

export interface CompareOptions extends SpecOptions {
  readonly out: string
  readonly parallel: number
}

/** `twintune compare SPEC`: every framework × seed, then the comparison. */
export async function compareCommand(
  spec: string,
  options: CompareOptions,
  context: CommandContext,
): Promise<number> {
  return carryOutAndLog(await loadExperiment(spec, { ...options, cwd: context.cwd }), options, context)
}
