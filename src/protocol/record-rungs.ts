import * as z from 'zod'
import { defineMessage } from './message.js'
import { perturbationSchema } from './perturbation.js'
import { recordingProgressSchema } from './progress.js'
import { runRequestSchema, trainedSchema } from './request-parts.js'

/** Builds one engine and writes what it computes, rung by rung, to a file that `judge-rungs` reads. */
export const recordRungsMessage = defineMessage({
  name: 'record-rungs',
  request: z.strictObject({
    run: runRequestSchema.describe(
      'Request for a deterministic run of one phase, with at most 16 images in a batch.',
    ),
    trained: trainedSchema,
    perturbation: perturbationSchema
      .nullable()
      .describe('Mistake that is planted in this engine; null for none.'),
    recording: z.string().describe('Path of the safetensors file to write.'),
  }),
  progress: recordingProgressSchema,
  result: z.strictObject({ seconds: z.number() }),
})
