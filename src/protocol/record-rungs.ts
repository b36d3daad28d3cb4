import * as z from 'zod'
import { defineMessage } from './message.js'
import { perturbationSchema } from './perturbation.js'
import { recordingProgressSchema } from './progress.js'
import { runRequestSchema, trainedSchema } from './request-parts.js'

/** Builds one engine and writes what it computes, rung by rung, to a file that `judge-rungs` reads. */
export const recordRungsMessage = defineMessage({
  name: 'record-rungs',
  request: z.strictObject({
    run: runRequestSchema.describe('Deterministic, of one phase, with at most 16 images a batch.'),
    trained: trainedSchema,
    perturbation: perturbationSchema.nullable().describe('Planted in this engine.'),
    recording: z.string().describe('The safetensors file to write.'),
  }),
  progress: recordingProgressSchema,
  result: z.strictObject({ seconds: z.number() }),
})
