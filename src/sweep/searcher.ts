import type { SweepPlan, TrialRun } from '../plan/plan-sweep.js'
import { drawCode, gridOf } from '../plan/sweep-values.js'
import type { Framework } from '../spec/schema.js'
import type { Trial } from './record.js'

/** Searcher of a sweep: it chooses the values of each trial, and may end trials that fall behind. */
export interface Searcher {
  /** Chooses the code of a trial, in whichever order trials come; the same trial is told the same code again. */
  codeOf(run: TrialRun): Promise<readonly number[]>
  /** Tells the objective after an epoch, where trials are pruned. Resolves to whether the trial should end. */
  report(run: TrialRun, epoch: number, value: number | null): Promise<boolean>
  /** Tells the end of a trial. */
  tell(run: TrialRun, result: Pick<Trial, 'status' | 'objective'>): Promise<void>
}

/** Makes the searcher of a grid, or of random values, which learns nothing and ends nothing. */
export function fixedSearcher(plan: SweepPlan): Searcher {
  return {
    codeOf: async (run) => fixedCode(plan, run),
    report: async () => false,
    tell: async () => {},
  }
}

/** Gives the code of a trial of a grid or of a random search, which is known beforehand. */
export function fixedCode({ settings, parameters }: SweepPlan, { trial, framework }: TrialRun): number[] {
  if (settings.strategy === 'grid') return gridOf(parameters).codeOf(trial - 1)
  const drawnFor: Framework | null = settings.search === 'paired' ? null : framework
  return drawCode(parameters, { seed: settings.searchSeed, trial, framework: drawnFor })
}
