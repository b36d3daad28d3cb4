import * as z from 'zod'
import { defineMessage } from './message.js'
import { studySchema } from './study.js'

/** Asks a study for the importance of its parameters (PED-ANOVA, Watanabe et al. 2023). */
export const weighParametersMessage = defineMessage({
  name: 'weigh-parameters',
  request: z.strictObject({ study: studySchema }),
  progress: z.never(),
  result: z.strictObject({
    shares: z
      .array(z.number())
      .nullable()
      .describe('Share of each parameter in the order of the study, in all 1; null for too few trials.'),
    problem: z.string().nullable().describe('Reason why there are no shares.'),
  }),
})
