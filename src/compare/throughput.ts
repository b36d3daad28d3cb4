import type { RunResult } from '../protocol/result.js'
import type { PairedEstimate, ThroughputComparison } from './comparison.js'
import { isDisturbed } from './disturbance.js'
import { estimatePaired, type Statistics } from './paired-estimate.js'
import { comparedValues, pairBySeed, type ReadValue } from './paired-values.js'
import { summarize } from './summary.js'
import { intervalLevel } from './verdict.js'

// A run that other programs disturbed says how fast the machine was beside them.
const pace: ReadValue = (run) => (isDisturbed(run) ? null : run.imagesPerSecond)

/** Summarises how fast each framework trained, in the runs that no other program disturbed. */
export function summarizeThroughput(results: readonly RunResult[]): Omit<ThroughputComparison, 'ratio'> {
  const { tensorflow, pytorch } = comparedValues(results, pace)
  return { tensorflow: summarize(tensorflow), pytorch: summarize(pytorch) }
}

/**
 * Estimates the ratio of TensorFlow's pace to PyTorch's, by the differences of their logarithms; `null` where no seed has
 * two runs that no other program disturbed. Each run gives one value, since the epochs of a run aren't independent of each other.
 *
 * @throws TwintuneError When cancelled.
 */
export async function compareThroughput(
  results: readonly RunResult[],
  statistics: Statistics,
): Promise<PairedEstimate | null> {
  const { tensorflow, pytorch } = pairBySeed(results, pace)
  if (tensorflow.length === 0) return null
  const logarithms = { tensorflow: tensorflow.map(Math.log), pytorch: pytorch.map(Math.log) }
  const { estimate } = await estimatePaired(logarithms, intervalLevel, statistics)
  const { mean, interval } = estimate
  return {
    ...estimate,
    mean: Math.exp(mean),
    interval: interval && [Math.exp(interval[0]), Math.exp(interval[1])],
  }
}
