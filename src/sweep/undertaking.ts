import type { SweepPlan, TrialRun } from '../plan/plan-sweep.js'
import type { TrialValues } from '../plan/sweep-values.js'
import type { MachineRecord } from '../run/machine/record.js'
import type { MachineSurroundings } from '../run/machine/surroundings.js'
import type { Experiment } from '../spec/schema.js'
import type { TrialRecord } from './record.js'
import type { SweepFolder } from './sweep-folder.js'

/** Undertaking to carry out a sweep: what is left to try, and in which folder. */
export interface SweepUndertaking {
  readonly specification: Experiment
  readonly plan: SweepPlan
  readonly folder: SweepFolder
  readonly machine: MachineRecord
  readonly surroundings: MachineSurroundings
  readonly startedAt: string
  /** Trials that stand, of an earlier process; `null` when the sweep has only begun. */
  readonly kept: readonly TrialRecord[] | null
  /** Values of the trials that an earlier process began. */
  readonly begun: ReadonlyMap<string, TrialValues>
}

/** Names a trial in one framework. */
export function keyOf({ trial, framework }: Pick<TrialRun, 'trial' | 'framework'>): string {
  return `${trial} ${framework}`
}

/** Tells whether two are the same trial in one framework. */
export function isSameTrial(
  one: Pick<TrialRun, 'trial' | 'framework'>,
  other: Pick<TrialRun, 'trial' | 'framework'>,
): boolean {
  return one.trial === other.trial && one.framework === other.framework
}
