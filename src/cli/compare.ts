import { loadExperiment } from '../spec/load.js'
import { type CarryOutOptions, carryOutAndLog } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

export interface CompareOptions extends CarryOutOptions {
  /** Each run twice, whatever the specification says. */
  readonly noise?: boolean
}

/** `twintune compare SPEC`: every framework × seed, then the comparison. */
export async function compareCommand(
  spec: string,
  { noise = false, set = [], ...options }: CompareOptions,
  context: CommandContext,
): Promise<number> {
  const overrides = noise ? [...set, 'comparison.noise=true'] : set
  const experiment = await loadExperiment(spec, { ...options, set: overrides, cwd: context.cwd })
  return carryOutAndLog(experiment, options, context)
}
