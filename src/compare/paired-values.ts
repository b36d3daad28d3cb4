import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { type Pair, pairsOfFrameworks, runsOfFramework } from './pairs.js'

/** What the frameworks came to, paired by position. */
export interface PairedValues {
  readonly tensorflow: number[]
  readonly pytorch: number[]
}

/** Reads a value of a run; `null` where it has none. */
export type ReadValue = (run: FinishedRun) => number | null

/** The values of the seeds that both frameworks have one of, by seed. */
export function pairBySeed(results: readonly RunResult[], read: ReadValue): PairedValues {
  const pairs = valuesOfPairs(pairsOfFrameworks(results), read)
  return { tensorflow: pairs.map(([ours]) => ours), pytorch: pairs.map(([, theirs]) => theirs) }
}

/** The two values of each pair of runs that both have one. */
export function valuesOfPairs(pairs: readonly Pair[], read: ReadValue): [number, number][] {
  return pairs.flatMap(([run, other]): [number, number][] => {
    const [one, two] = [read(run), read(other)]
    return one === null || two === null ? [] : [[one, two]]
  })
}

/** The values of a framework's runs that have one. */
export function valuesOf(framework: Framework, results: readonly RunResult[], read: ReadValue): number[] {
  return runsOfFramework(framework, results).flatMap((run) => {
    const value = run.status === 'finished' ? read(run) : null
    return value === null ? [] : [value]
  })
}
