import * as z from 'zod'
import { defineMessage } from './message.js'
import { checkingProgressSchema } from './progress.js'
import { datasetRequestSchema, runSeedsSchema } from './request-parts.js'

/** Checks whether the data are those that a finished run was trained and tested on. No framework need be imported. */
export const checkDataMessage = defineMessage({
  name: 'check-data',
  request: z.strictObject({
    dataset: datasetRequestSchema,
    splitSeed: runSeedsSchema.shape.split,
    cacheDirectory: z.string(),
    predictions: z.string().describe("Absolute path of the run's predictions.safetensors."),
    membership: z
      .string()
      .describe('Hash of the identities and labels in each split, as the run reports it.'),
  }),
  progress: checkingProgressSchema,
  result: z.strictObject({
    problem: z
      .string()
      .nullable()
      .describe('Sentence that says which images differ; null where the data are the same.'),
  }),
})
