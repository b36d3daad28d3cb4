import { type Framework, frameworkSchema } from '../spec/schema.js'
import type { Details, ShownEvaluation } from './details.js'

/** Tests of the runs that are compared. */
export interface ComparedEvaluations {
  readonly sides: readonly FrameworkEvaluations[]
  /** Whether both frameworks have the same seeds, so that a difference of means says something. */
  readonly isPaired: boolean
}

/** Tests of one framework's runs. */
export interface FrameworkEvaluations {
  readonly framework: Framework
  readonly evaluations: readonly ShownEvaluation[]
}

/**
 * Groups the tests of the runs by framework, TensorFlow first. Where there are seeds that both frameworks have, only they
 * count: a difference of means over other seeds would be one of seeds. Without any, all runs count.
 */
export function pairedEvaluations({ evaluations }: Details): ComparedEvaluations {
  const paired = evaluations.filter(({ seed, framework }) =>
    evaluations.some((other) => other.seed === seed && other.framework !== framework),
  )
  const counted = paired.length > 0 ? paired : evaluations
  const sides = frameworkSchema.options.flatMap((framework) => {
    const runs = counted.filter((run) => run.framework === framework)
    return runs.length === 0 ? [] : [{ framework, evaluations: runs.map(({ evaluation }) => evaluation) }]
  })
  return { sides, isPaired: paired.length > 0 }
}
