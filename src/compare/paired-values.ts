import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { type Pair, pairsOfFrameworks, runsOfFramework } from './pairs.js'

/** Values of the two frameworks, paired by position. */
export interface PairedValues {
  readonly tensorflow: number[]
  readonly pytorch: number[]
}

/** Reads a value of a run; `null` where the run has none. */
export type ReadValue = (run: FinishedRun) => number | null

/** Pairs the frameworks' values by seed, for the seeds in which both have a value. */
export function pairBySeed(results: readonly RunResult[], read: ReadValue): PairedValues {
  const pairs = valuesOfPairs(pairsOfFrameworks(results), read)
  return { tensorflow: pairs.map(([ours]) => ours), pytorch: pairs.map(([, theirs]) => theirs) }
}

/**
 * Lists the values of each framework that its mean is of: those of the seeds in which both have a value, since a mean over
 * other seeds would not be the one that is compared; all values where there is no such seed.
 */
export function comparedValues(results: readonly RunResult[], read: ReadValue): PairedValues {
  const paired = pairBySeed(results, read)
  if (paired.tensorflow.length > 0) return paired
  return { tensorflow: valuesOf('tensorflow', results, read), pytorch: valuesOf('pytorch', results, read) }
}

/** Lists the two values of each pair of runs in which both have a value. */
export function valuesOfPairs(pairs: readonly Pair[], read: ReadValue): [number, number][] {
  return pairs.flatMap(([run, other]): [number, number][] => {
    const [one, two] = [read(run), read(other)]
    return one === null || two === null ? [] : [[one, two]]
  })
}

/** Lists the values of a framework's finished runs that have a value. */
export function valuesOf(framework: Framework, results: readonly RunResult[], read: ReadValue): number[] {
  return runsOfFramework(framework, results).flatMap((run) => {
    const value = run.status === 'finished' ? read(run) : null
    return value === null ? [] : [value]
  })
}
