import { type CarryOutOptions, carryOutAndLog, overridesOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'
import { loadSpec } from './load-spec.js'

export interface CompareOptions extends CarryOutOptions {
  /** Whether each run is carried out twice, whatever the specification says. */
  readonly noise?: boolean
}

/** Carries out `twintune compare SPEC`: every framework × seed, then the comparison. */
export async function compareCommand(
  spec: string,
  options: CompareOptions,
  context: CommandContext,
): Promise<number> {
  const set = [...overridesOf(options), ...(options.noise ? ['comparison.noise=true'] : [])]
  const experiment = await loadSpec(spec, { ...options, set }, context)
  return carryOutAndLog(experiment, options, context)
}
