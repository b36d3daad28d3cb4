import type { Framework } from '../spec/schema.js'
import { type CarryOutOptions, carryOutAndLog, overridesOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'
import { loadSpec } from './load-spec.js'

export interface TrainOptions extends CarryOutOptions {
  readonly framework: Framework
}

/** Carries out `twintune train SPEC --framework F`: the runs of one framework. */
export async function trainCommand(
  spec: string,
  options: TrainOptions,
  context: CommandContext,
): Promise<number> {
  const experiment = await loadSpec(spec, { ...options, set: overridesOf(options) }, context)
  return carryOutAndLog({ ...experiment, frameworks: [options.framework] }, options, context)
}
