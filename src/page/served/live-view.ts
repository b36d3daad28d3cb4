import type { Comparison } from '../../compare/comparison.js'
import type { RunResult } from '../../protocol/result.js'
import type { Framework } from '../../spec/schema.js'
import type { RunOfEpochs } from '../charts/curves-chart.js'

/** Unfinished comparison at one moment, as its page shows it. */
export interface LiveView {
  readonly experiment: string
  /** Name of the comparison's folder. */
  readonly name: string
  /** Absolute path of the comparison's folder. */
  readonly directory: string
  readonly mode: 'aligned' | 'idiomatic'
  readonly shard: Comparison['shard']
  readonly seeds: number
  /** Time when the comparison began, in ISO 8601. */
  readonly startedAt: string
  /** Status of the comparison. `unreadable`: it has ended, and its result can't be read. */
  readonly status: 'running' | 'cancelling' | 'interrupted' | 'unreadable'
  readonly activities: readonly Activity[]
  readonly runs: readonly RunState[]
  /** Runs with the epochs that they have gone through, for the curves. */
  readonly curves: readonly RunOfEpochs[]
}

/** Work that goes on at this moment: a run, or what a framework does between its runs. */
export interface Activity {
  readonly framework: Framework
  /** Seed of the run; `null` between runs. */
  readonly seed: string | null
  readonly doing: string
  /** Share of the work that is done, 0 to 1; `null` where it can't be counted. */
  readonly share: number | null
  readonly figures: readonly Figure[]
}

/** Figure with its name, such as `loss` and `0.4102`. */
export interface Figure {
  readonly name: string
  readonly value: string
}

/** State of a planned run. */
export interface RunState {
  readonly framework: Framework
  /** Seed of the run in words: `seed 0`, or `seed 0 repeat`. */
  readonly seed: string
  readonly state: 'waiting' | 'running' | RunResult['status']
  /** Accuracy, loss and seconds of a finished run. */
  readonly result: { readonly accuracy: number; readonly loss: number; readonly seconds: number } | null
  /** Message of the failure of a failed run. */
  readonly failure: string | null
}
