import type { Comparison } from '../compare/comparison.js'
import { pairsOfFrameworks } from '../compare/pairs.js'
import { mean } from '../compare/summary.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'

/** Lists the frameworks of some runs, in the order in which they first appear. */
export function frameworksOf(runs: readonly Pick<RunResult, 'framework'>[]): Framework[] {
  return [...new Set(runs.map((run) => run.framework))]
}

/** Lists the runs of one framework by seed. */
export function runsOf<Result extends RunResult>(framework: Framework, runs: readonly Result[]): Result[] {
  return runs.filter((run) => run.framework === framework).sort((a, b) => a.seed - b.seed)
}

/** Lists the runs that came to an end with a result. */
export function finishedRuns(runs: readonly RunResult[]): FinishedRun[] {
  return runs.filter((run) => run.status === 'finished')
}

/** Seconds of a run from its start to its end. The loader's seconds are a part of those of training. */
export function totalSeconds({ loader: _, ...parts }: FinishedRun['seconds']): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0)
}

/** Counts the seeds of an experiment. */
export function seedCount({ runs }: { readonly runs: readonly { readonly seed: number }[] }): number {
  return new Set(runs.map(({ seed }) => seed)).size
}

/** Counts the runs that a framework's mean is of: those of seeds that both finished, or all where there is no such seed. */
export function countSummarized({ runs }: Comparison): number {
  return pairsOfFrameworks(runs).length || finishedRuns(runs).length
}

/** Mean of the values that are there; `null` when there is none. */
export function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const present = values.filter((value) => value !== null && value !== undefined)
  return present.length === 0 ? null : mean(present)
}
