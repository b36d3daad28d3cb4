import * as z from 'zod'
import { defineMessage } from './message.js'

const pairs = z.int().nullable().describe('In all; null where no number of pairs can be named.')

/** Estimates, from the pairs that there are, how many of them the two questions of a comparison need. */
export const pairsNeededMessage = defineMessage({
  name: 'pairs-needed',
  request: z.strictObject({
    tensorflow: z.array(z.number()),
    pytorch: z.array(z.number()).describe('Paired with `tensorflow` by position.'),
    significance: z.number().describe('Two-sided, of a difference.'),
    margin: z.number().nullable().describe('Of equivalence; null where there is none.'),
  }),
  progress: z.never(),
  result: z.strictObject({ difference: pairs, equivalence: pairs }),
})
