import { mean } from '../compare/summary.js'
import type { SweepPlan } from '../plan/plan-sweep.js'
import type { Framework } from '../spec/schema.js'
import type { Sweep, Trial } from './record.js'

type Ranking = Pick<SweepPlan, 'direction' | 'frameworks'>

/** Finds the best trial of a framework by the objective: the earliest of several that are alike. */
export function bestTrial(
  { direction }: Pick<Ranking, 'direction'>,
  framework: Framework,
  trials: readonly Trial[],
): Trial | undefined {
  return bestBy(
    direction,
    trials.filter((trial) => trial.framework === framework && trial.status === 'finished'),
    ({ objective }) => objective,
  )
}

/** Finds the trial with the best mean objective of all frameworks; `null` where no trial finished in all of them. */
export function winnerOf({ direction, frameworks }: Ranking, trials: readonly Trial[]): number | null {
  const numbers = [...new Set(trials.map(({ trial }) => trial))].toSorted((one, other) => one - other)
  const means = numbers.map((number) => {
    const objectives = frameworks.map(
      (framework) =>
        trials.find(
          (trial) => trial.trial === number && trial.framework === framework && trial.status === 'finished',
        )?.objective ?? null,
    )
    const known = objectives.filter((objective) => objective !== null)
    return { number, objective: known.length < frameworks.length ? null : mean(known) }
  })
  return bestBy(direction, means, ({ objective }) => objective)?.number ?? null
}

/** Adds up what the trials of each framework have cost. */
export function budgetOf(
  { frameworks, trials: planned }: Pick<SweepPlan, 'frameworks' | 'trials'>,
  trials: readonly Trial[],
): Sweep['budget'] {
  return frameworks.map((framework) => {
    const own = trials.filter((trial) => trial.framework === framework)
    const count = (status: Trial['status']) => own.filter((trial) => trial.status === status).length
    return {
      framework,
      planned: planned + 1,
      finished: count('finished'),
      pruned: count('pruned'),
      failed: count('failed'),
      cancelled: count('cancelled'),
      epochs: own.reduce((sum, { epochs }) => sum + epochs, 0),
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
    }
  })
}

function bestBy<T>(
  direction: SweepPlan['direction'],
  candidates: readonly T[],
  objectiveOf: (candidate: T) => number | null,
): T | undefined {
  let best: { readonly candidate: T; readonly objective: number } | undefined
  for (const candidate of candidates) {
    const objective = objectiveOf(candidate)
    if (objective === null) continue
    const isBetter =
      best === undefined ||
      (direction === 'maximize' ? objective > best.objective : objective < best.objective)
    if (isBetter) best = { candidate, objective }
  }
  return best?.candidate
}
