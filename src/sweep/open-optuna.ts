import { toFailure } from '../failure.js'
import { planTrialRuns, type SweepPlan } from '../plan/plan-sweep.js'
import { OptunaSearcher } from './optuna-searcher.js'
import type { Importance, Sweep, TrialRecord } from './record.js'
import { isSameTrial, keyOf, type SweepUndertaking } from './undertaking.js'

/** Tells whether Optuna has a part in a search. */
export function needsOptuna({ settings }: SweepPlan): boolean {
  return settings.strategy === 'optuna' || settings.pruning !== 'none'
}

/** Opens Optuna, and tells it of all trials that an earlier process has begun or ended. */
export async function openOptuna(
  { plan, specification, folder, kept, begun }: SweepUndertaking,
  storage: string | undefined,
  signal: AbortSignal,
): Promise<OptunaSearcher> {
  const optuna = new OptunaSearcher(plan, { specification, folder, storage, signal })
  try {
    await optuna.open()
    for (const run of planTrialRuns(plan)) {
      const known = kept?.find((record) => isSameTrial(record, run))
      const values = begun.get(keyOf(run))
      if (known ?? values) await optuna.takeUp(run, known ?? { values: values ?? {} })
    }
    return optuna
  } catch (error) {
    await optuna.stop()
    throw error
  }
}

/** Weighs the parameters. A search that Optuna had no part in needs it for nothing else, and does without. */
export async function weigh(
  undertaking: SweepUndertaking,
  { trials }: Sweep,
  optuna: OptunaSearcher | undefined,
  signal: AbortSignal,
): Promise<Importance[]> {
  if (optuna) return optuna.importance()
  const kept = trials.map((trial): TrialRecord => ({ ...trial, history: [] }))
  try {
    const afterwards = await openOptuna({ ...undertaking, kept }, undefined, signal)
    try {
      return await afterwards.importance()
    } finally {
      await afterwards.stop()
    }
  } catch (error) {
    const problem = toFailure(error).message
    return undertaking.plan.frameworks.map((framework) => ({ framework, shares: null, problem }))
  }
}
