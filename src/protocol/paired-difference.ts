import * as z from 'zod'
import { defineMessage } from './message.js'

/**
 * The exact paired sign-flip test (`scipy.stats.permutation_test`) and the interval that inverts it: the means of
 * all non-empty subsets of the differences, sorted and cut at both ends (Hartigan's typical values).
 */
export const pairedDifferenceMessage = defineMessage({
  name: 'paired-difference',
  request: z.strictObject({
    tensorflow: z.array(z.number()),
    pytorch: z.array(z.number()).describe("PyTorch's values, paired with `tensorflow` by position."),
    level: z.number().describe('Nominal confidence level, 0 to 1.'),
  }),
  progress: z.never(),
  result: z.strictObject({
    mean: z.number(),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    level: z.number().nullable().describe('Confidence level that the interval attains, 0 to 1.'),
    pValue: z.number().nullable(),
  }),
})
