import { loadExperiment } from '../spec/load.js'
import { type CarryOutOptions, carryOutAndLog, overridesOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

export interface CompareOptions extends CarryOutOptions {
  /** Each run twice, whatever the specification says. */
  readonly noise?: boolean
}

/** `twintune compare SPEC`: every framework × seed, then the comparison. */
export async function compareCommand(
  spec: string,
  options: CompareOptions,
  context: CommandContext,
): Promise<number> {
  const set = [...overridesOf(options), ...(options.noise ? ['comparison.noise=true'] : [])]
  const experiment = await loadExperiment(spec, { ...options, set, cwd: context.cwd })
  return carryOutAndLog(experiment, options, context)
}
