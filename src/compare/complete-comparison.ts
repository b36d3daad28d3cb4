import type { RunResult } from '../protocol/result.js'
import type { Experiment } from '../spec/schema.js'
import { type ComparedRuns, comparisonStatus } from './build-comparison.js'
import type { Comparison } from './comparison.js'
import { countsOf, type SeedDisagreement } from './disagreement.js'
import { type DifferentImages, noiseFloor } from './noise.js'

/** What a comparison has besides that of the runs that count. */
export interface Additions {
  readonly experiment: Pick<Experiment, 'comparison'>
  /** Of all runs, repeats too. */
  readonly results: readonly RunResult[]
  readonly answers: {
    readonly between: readonly SeedDisagreement[]
    readonly within: readonly DifferentImages[]
  }
}

/** Adds what the models of each seed answered, and how far runs lie from their repeats. */
export function completeComparison(
  compared: ComparedRuns,
  { experiment, results, answers }: Additions,
): Comparison {
  return {
    ...compared,
    // The user may have cancelled when all runs had finished.
    status: compared.status === 'cancelled' ? 'cancelled' : comparisonStatus(results),
    repeats: results.filter(({ repeat }) => repeat),
    disagreement: answers.between.map(countsOf),
    noise: experiment.comparison.noise ? noiseFloor({ results, ...answers }) : null,
  }
}
