import * as z from 'zod'
import { defineMessage } from './message.js'
import { studySchema } from './study.js'

/** Tells a study how a trial has ended. A trial that has ended there before stays as it is. */
export const tellTrialMessage = defineMessage({
  name: 'tell-trial',
  request: z.strictObject({
    study: studySchema,
    trial: z.int(),
    state: z.enum(['complete', 'pruned', 'fail']),
    value: z.number().nullable().describe('Objective; null for a trial that is not complete.'),
  }),
  progress: z.never(),
  result: z.strictObject({}),
})
