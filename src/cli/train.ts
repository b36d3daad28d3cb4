import { loadExperiment } from '../spec/load.js'
import type { Framework } from '../spec/schema.js'
import { type CarryOutOptions, carryOutAndLog, overridesOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

export interface TrainOptions extends CarryOutOptions {
  readonly framework: Framework
}

/** `twintune train SPEC --framework F`: the runs of one framework. */
export async function trainCommand(
  spec: string,
  options: TrainOptions,
  context: CommandContext,
): Promise<number> {
  const experiment = await loadExperiment(spec, { ...options, set: overridesOf(options), cwd: context.cwd })
  return carryOutAndLog({ ...experiment, frameworks: [options.framework] }, options, context)
}
