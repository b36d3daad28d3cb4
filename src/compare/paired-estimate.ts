import type { z } from 'zod'
import { type Failure, toFailure } from '../failure.js'
import type { pairedDifferenceMessage } from '../protocol/paired-difference.js'
import type { pairsNeededMessage } from '../protocol/pairs-needed.js'
import type { PairedEstimate } from './comparison.js'
import type { PairedValues } from './paired-values.js'
import { mean } from './summary.js'

type Ask<M extends { readonly request: z.ZodType; readonly result: z.ZodType }> = (
  request: z.input<M['request']>,
) => Promise<z.output<M['result']>>

/** Calls into SciPy. They reject with a `TwintuneError`. */
export interface Statistics {
  /** Tests two paired samples, and gives the interval of their difference. */
  readonly pairedDifference: Ask<typeof pairedDifferenceMessage>
  /** Estimates how many pairs a comparison of the two samples needs. */
  readonly pairsNeeded: Ask<typeof pairsNeededMessage>
}

/**
 * Estimates TensorFlow minus PyTorch. Statistics that can't be had don't cost the comparison, since the mean needs no
 * test: `problem` then says why there is nothing else.
 *
 * @param level - Nominal confidence of the interval, 0 to 1.
 * @throws TwintuneError When cancelled.
 */
export async function estimatePaired(
  paired: PairedValues,
  level: number,
  { pairedDifference }: Statistics,
): Promise<{ readonly estimate: PairedEstimate; readonly problem: Failure | null }> {
  const pairs = paired.tensorflow.length
  try {
    return { estimate: { ...(await pairedDifference({ ...paired, level })), pairs }, problem: null }
  } catch (error) {
    const problem = unlessCancellation(error)
    const difference = mean(paired.tensorflow) - mean(paired.pytorch)
    return { estimate: { mean: difference, interval: null, level: null, pValue: null, pairs }, problem }
  }
}

/** Turns an error into its failure. A cancellation, which the user wanted, is thrown on. */
export function unlessCancellation(error: unknown): Failure {
  const failure = toFailure(error)
  if (failure.code === 'CANCELLED') throw error
  return failure
}
