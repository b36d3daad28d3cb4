import { frameworkNames } from '../framework-names.js'
import { runOf, seedLabel } from '../plan/plan-runs.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import { unfinishedResult } from './carry-out-run.js'

/**
 * Refuses a run whose backbone began with other weights than the framework's finished runs of the same comparison had: the
 * pairs of a comparison must differ by their seed alone. The weights' file may have been replaced since, by whoever adds seeds
 * weeks later or by a training that goes on. Random weights may differ with the seed.
 *
 * @param finished - Result of the run, with the digest of the weights that it read back before its first step.
 * @param others - Results of the comparison's other runs.
 * @returns The result, or that of a run that failed with WEIGHTS_MISMATCH.
 */
export function refuseOtherWeights(
  finished: RunResult,
  others: readonly RunResult[],
  { model }: Pick<Experiment, 'model'>,
): RunResult {
  if (finished.status !== 'finished' || model.weights === 'random') return finished
  const { framework, facts, epochs } = finished
  const before = others.find((run) => run.status === 'finished' && run.framework === framework)
  if (before?.status !== 'finished' || before.facts.weights === facts.weights) return finished
  const [ours, theirs] = [facts, before.facts].map(({ weights }) => weights.slice(0, 12))
  return unfinishedResult(
    runOf(finished),
    {
      code: 'WEIGHTS_MISMATCH',
      message: `${frameworkNames[framework]} began ${seedLabel(finished)} with weights ${ours}, and ${seedLabel(before)} with ${theirs}: the weights were replaced in between.`,
      hint: 'Put the weights back as they were and resume the comparison, or start a new one.',
      cause: null,
    },
    [...epochs],
  )
}
