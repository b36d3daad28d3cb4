import type { Facts } from '../protocol/facts.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'

/** Pair of finished runs of one seed. */
export type Pair = readonly [FinishedRun, FinishedRun]

/** Pairs TensorFlow's finished runs with PyTorch's, by seed. Repeats are left out. */
export function pairsOfFrameworks(results: readonly RunResult[]): Pair[] {
  return finishedPairs(runsOfFramework('tensorflow', results), runsOfFramework('pytorch', results))
}

/**
 * Finds the first two seeds between which nothing varied, by all that their runs read back; empty where there are none.
 * A split that is to vary but is given by the data leaves runs alike, and a difference that is counted twice looks certain.
 */
export function seedsAlike(results: readonly RunResult[]): readonly [] | readonly [number, number] {
  const seedOf = new Map<string, number>()
  for (const [tensorflow, pytorch] of pairsOfFrameworks(results)) {
    const { seed } = tensorflow
    const work = JSON.stringify([workOf(tensorflow), workOf(pytorch)])
    const earlier = seedOf.get(work)
    if (earlier !== undefined) return [earlier, seed]
    seedOf.set(work, seed)
  }
  return []
}

/**
 * Facts of a run's work, wherever its features came from: a cached feature is the very number that was computed. What was
 * found out about the work afterwards is left out: it has rounding in it, and not every run is looked at.
 */
export function workOf({ facts }: FinishedRun): Facts {
  return {
    ...facts,
    phases: facts.phases.map((phase) => ({
      ...phase,
      features: phase.features && 'computed',
      restored: null,
      stillSteps: 0,
      keptSteps: 0,
      continuity: [],
      featuresDifference: null,
    })),
    images: [],
  }
}

/** Pairs a framework's finished runs with their repeats, by seed. */
export function pairsWithRepeats(framework: Framework, results: readonly RunResult[]): Pair[] {
  return finishedPairs(
    runsOfFramework(framework, results),
    runsOfFramework(framework, results, { repeat: true }),
  )
}

/** Lists the runs of a framework that count, or the runs that repeat them. */
export function runsOfFramework(
  framework: Framework,
  results: readonly RunResult[],
  { repeat = false }: { readonly repeat?: boolean } = {},
): RunResult[] {
  return results.filter((run) => run.framework === framework && (run.repeat ?? false) === repeat)
}

function finishedPairs(runs: readonly RunResult[], others: readonly RunResult[]): Pair[] {
  const partners = others.filter((run) => run.status === 'finished')
  return runs
    .flatMap((run): Pair[] => {
      const partner = partners.find(({ seed }) => seed === run.seed)
      return run.status === 'finished' && partner ? [[run, partner]] : []
    })
    .toSorted(([one], [other]) => one.seed - other.seed)
}
