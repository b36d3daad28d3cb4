import * as z from 'zod'
import { defineMessage } from './message.js'
import { studySchema } from './study.js'

/** Reports the objective of a trial after an epoch, and asks whether the trial should end. */
export const reportTrialMessage = defineMessage({
  name: 'report-trial',
  request: z.strictObject({
    study: studySchema,
    trial: z.int(),
    epoch: z.int().describe('Number of epochs done, in all phases.'),
    value: z.number(),
  }),
  progress: z.never(),
  result: z.strictObject({ prunes: z.boolean() }),
})
