import { TwintuneError } from '../failure.js'
import type { MetricName } from '../spec/comparison-schema.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { SweepParameter, SweepSettings } from '../spec/sweep-schema.js'
import type { Run } from './plan-runs.js'
import { gridOf } from './sweep-values.js'

/** Parameter of a sweep, and the path of the option that it searches, as the specification writes it. */
export interface NamedParameter {
  readonly name: string
  readonly parameter: SweepParameter
}

/** Plan of a sweep: all that its specification decides, with nothing left to fill in. */
export interface SweepPlan {
  readonly settings: SweepSettings
  readonly parameters: readonly NamedParameter[]
  /** Number of trials of each framework, beside trial 0. */
  readonly trials: number
  /** Metric of the validation images that trials are ranked by. */
  readonly metric: MetricName
  readonly direction: 'maximize' | 'minimize'
  readonly frameworks: readonly Framework[]
  /** Seed of the runs of all trials. */
  readonly seed: number
  /** Seeds of the final comparison, none of which a trial has seen. */
  readonly finalSeeds: readonly number[]
}

/** Run of one trial in one framework. Trial 0 is the specification as it stands. */
export interface TrialRun extends Run {
  readonly trial: number
}

const usualTrials = 20

/**
 * Plans the sweep of a specification.
 *
 * @throws TwintuneError SPEC_INVALID when the specification has no sweep.
 */
export function planSweep({
  sweep: settings,
  comparison,
  frameworks,
  seeds,
}: Pick<Experiment, 'sweep' | 'comparison' | 'frameworks' | 'seeds'>): SweepPlan {
  if (settings === undefined)
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: 'The specification has no `sweep`, which says what is searched.',
      hint: "For example: sweep: { parameters: { 'training.phases[0].optimizer.learningRate': { logUniform: [1e-4, 1e-1] } } }",
    })
  const parameters = Object.entries(settings.parameters).map(([name, parameter]) => ({ name, parameter }))
  const metric = settings.objective ?? comparison.primaryMetric
  const [seed = 0] = seeds
  return {
    settings,
    parameters,
    trials: settings.strategy === 'grid' ? gridOf(parameters).size : (settings.trials ?? usualTrials),
    metric,
    direction: metric === 'loss' || metric === 'calibrationError' ? 'minimize' : 'maximize',
    frameworks,
    seed,
    finalSeeds: settings.finalSeeds ?? freshSeeds(seeds),
  }
}

// As many seeds as the experiment has, behind its largest one.
function freshSeeds(seeds: readonly number[]): number[] {
  const largest = Math.max(...seeds)
  return seeds.map((_, index) => largest + 1 + index)
}

/**
 * Plans the runs of a sweep in the order of their start: trial by trial, the order of the frameworks turned with each, so
 * that an interrupted sweep has tried the same in both.
 */
export function planTrialRuns({ trials, frameworks, seed }: SweepPlan): TrialRun[] {
  return Array.from({ length: trials + 1 }, (_, trial) => {
    const inTurn = trial % 2 === 0 ? frameworks : frameworks.toReversed()
    return inTurn.map((framework): TrialRun => ({ framework, seed, trial }))
  }).flat()
}
