import type { FailureCode } from '../failure.js'
import type { RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import { type ComparedRuns, comparisonStatus } from './build-comparison.js'
import type { Comparison } from './comparison.js'
import { countsOf, type SeedDisagreement } from './disagreement.js'
import { type DifferentImages, noiseFloor } from './noise.js'

/** Answers of an experiment's models in the test, in pairs. */
export interface Answers {
  /** Disagreements between TensorFlow's and PyTorch's model of each seed. */
  readonly between: readonly SeedDisagreement[]
  /** Numbers of images that the models of a run and of its repeat answer differently. */
  readonly within: readonly DifferentImages[]
  /** Reasons why a pair is in neither list, or has no images. */
  readonly problems: readonly {
    readonly seed: number
    readonly code: 'DISAGREEMENT' | FailureCode
    readonly message: string
  }[]
}

/** Parts that are added to the comparison of the runs that count. */
export interface Additions {
  readonly experiment: Pick<Experiment, 'comparison'>
  /** Results of all runs, repeats too. */
  readonly results: readonly RunResult[]
  readonly answers: Pick<Answers, 'between' | 'within'>
  readonly unjudged: Comparison['unjudged']
  readonly shard: Comparison['shard']
  readonly merged: Comparison['merged']
}

/** Adds the answers of each seed's models, and the distances between runs and their repeats. */
export function completeComparison(
  compared: ComparedRuns,
  { experiment, results, answers, unjudged, shard, merged }: Additions,
): Comparison {
  return {
    ...compared,
    // The user may have cancelled when all runs had finished.
    status: compared.status === 'cancelled' ? 'cancelled' : comparisonStatus(results),
    repeats: results.filter(({ repeat }) => repeat),
    unjudged: [...unjudged],
    shard,
    merged,
    disagreement: answers.between.map(countsOf),
    noise: experiment.comparison.noise ? noiseFloor({ results, ...answers }) : null,
  }
}
