import * as z from 'zod'
import { defineMessage } from './message.js'
import { studySchema } from './study.js'

/** Asks a study for the values of a trial. The same trial is given the same values again. */
export const askTrialMessage = defineMessage({
  name: 'ask-trial',
  request: z.strictObject({
    study: studySchema,
    trial: z.int().describe("Number of the trial in the sweep, which is not Optuna's own."),
    fixed: z
      .array(z.number())
      .nullable()
      .describe(
        'Values that the trial is to have, in the order of the parameters; null for those of the sampler.',
      ),
  }),
  progress: z.never(),
  result: z.strictObject({ values: z.array(z.number()) }),
})
