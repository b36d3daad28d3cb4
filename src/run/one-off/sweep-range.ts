/** Range of a learning-rate sweep: its first and last rate, and its number of steps. */
export interface SweepRange {
  readonly start: number
  readonly end: number
  readonly steps: number
}

/** Range that a sweep has by default, which is fastai's. */
export const defaultRange: SweepRange = { start: 1e-7, end: 10, steps: 100 }

/** Fewest steps of a sweep: fewer would leave nothing between the first tenth and the last five, which don't count. */
export const fewestSteps = 10
