import { type Framework, frameworkSchema } from '../spec/schema.js'
import type { Details, ShownEvaluation } from './details.js'

/** Tests of one framework's runs. */
export interface FrameworkEvaluations {
  readonly framework: Framework
  readonly evaluations: readonly ShownEvaluation[]
}

/**
 * Groups the tests of the runs by framework, TensorFlow first. Where there are seeds that both frameworks have, only they
 * count: a difference of means over other seeds would be one of seeds.
 */
export function pairedEvaluations({ evaluations }: Details): FrameworkEvaluations[] {
  const paired = evaluations.filter(({ seed, framework }) =>
    evaluations.some((other) => other.seed === seed && other.framework !== framework),
  )
  const counted = paired.length > 0 ? paired : evaluations
  return frameworkSchema.options.flatMap((framework) => {
    const runs = counted.filter((run) => run.framework === framework)
    return runs.length === 0 ? [] : [{ framework, evaluations: runs.map(({ evaluation }) => evaluation) }]
  })
}
