import { extend } from '../index.js'
import { missingSeeds } from '../run/extend-experiment.js'
import { findComparison } from '../run/folder/find.js'
import { isComplete } from '../run/wanted-evidence.js'
import { formatSeeds } from '../spec/seeds.js'
import { visible } from '../visible.js'
import { logToTheEnd, type RunningOptions, runOptionsOf } from './carry-out-and-log.js'
import type { CommandContext } from './context.js'

export interface ExtendOptions extends RunningOptions {
  /** Seeds to add. */
  readonly seeds: readonly number[]
}

/** Carries out `twintune extend COMPARISON`: adds seeds to a comparison, in its own folder. */
export async function extendCommand(
  comparison: string,
  options: ExtendOptions,
  context: CommandContext,
): Promise<number> {
  const { out, seeds, replay, crossEvaluation } = options
  const found = await findComparison(comparison, out)
  const missing = missingSeeds(found, seeds)
  const there = [...new Set(seeds)].filter((seed) => !missing.includes(seed))
  const passedOver = there.length === 1 ? 'seed' : 'seeds'
  if (there.length > 0)
    context.stderr(`${visible(found.name)} has the ${passedOver} ${formatSeeds(there)} already.`)
  if (missing.length === 0 && isComplete(found, { replay, crossEvaluation }))
    context.stderr('It is finished: there is nothing to add.')
  const begin = (signal: AbortSignal) => extend(found.path, seeds, runOptionsOf(options, { signal }))
  return logToTheEnd(begin, options, context)
}
