import * as z from 'zod'
import { defineMessage } from './message.js'

const pairs = z.int().nullable().describe('Number of pairs needed in all; null where no number can be named.')

/** Estimates from the pairs so far how many pairs it takes to show a difference, and to show equivalence. */
export const pairsNeededMessage = defineMessage({
  name: 'pairs-needed',
  request: z.strictObject({
    tensorflow: z.array(z.number()),
    pytorch: z.array(z.number()).describe("PyTorch's values, paired with `tensorflow` by position."),
    significance: z.number().describe('Two-sided significance level for a difference, 0 to 1.'),
    equivalence: z
      .number()
      .describe('Level of each of the two one-sided tests that show equivalence, 0 to 1.'),
    margin: z.number().nullable().describe('Margin of equivalence; null where the metric has none.'),
  }),
  progress: z.never(),
  result: z.strictObject({ difference: pairs, equivalence: pairs }),
})
