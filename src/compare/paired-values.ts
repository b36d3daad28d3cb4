import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'

/** What the frameworks came to, paired by position. */
export interface PairedValues {
  readonly tensorflow: number[]
  readonly pytorch: number[]
}

/** Reads a value of a run; `null` where it has none. */
export type ReadValue = (run: FinishedRun) => number | null

/** The values of the seeds that both frameworks have one of, in the order of TensorFlow's runs. */
export function pairBySeed(results: readonly RunResult[], read: ReadValue): PairedValues {
  const tensorflow = valuesBySeed('tensorflow', results, read)
  const pytorch = valuesBySeed('pytorch', results, read)
  const seeds = [...tensorflow.keys()].filter((seed) => pytorch.has(seed))
  return {
    tensorflow: seeds.flatMap((seed) => tensorflow.get(seed) ?? []),
    pytorch: seeds.flatMap((seed) => pytorch.get(seed) ?? []),
  }
}

/** The values of a framework's runs that have one. */
export function valuesOf(framework: Framework, results: readonly RunResult[], read: ReadValue): number[] {
  return [...valuesBySeed(framework, results, read).values()]
}

function valuesBySeed(
  framework: Framework,
  results: readonly RunResult[],
  read: ReadValue,
): ReadonlyMap<number, number> {
  return new Map(
    results.flatMap((result): [number, number][] => {
      if (result.framework !== framework || result.status !== 'finished') return []
      const value = read(result)
      return value === null ? [] : [[result.seed, value]]
    }),
  )
}
