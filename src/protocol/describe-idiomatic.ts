import * as z from 'zod'
import { defineMessage } from './message.js'
import { recordingProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'

export const idiomaticDescriptionSchema = z.strictObject({
  weights: z.string(),
  architecture: z.string(),
  stridedKernels: z
    .record(z.string(), z.int())
    .describe('How many convolutions with a stride there are of each size of the kernel, such as `3×3`.'),
  preprocessing: z
    .strictObject({ matrix: z.array(z.array(z.number())), offset: z.array(z.number()) })
    .describe('What is done to the channels of a pixel of 0 to 255: matrix × RGB + offset.'),
  resize: z.string(),
  batchNorm: z
    .array(
      z.strictObject({
        epsilon: z.number(),
        momentum: z.number().describe("PyTorch's: the share of the new batch."),
        mode: z.enum(['inference', 'train']),
      }),
    )
    .describe('The different ones, in the order of the model.'),
  optimizer: z.string(),
  firstStepEpsilon: z
    .number()
    .nullable()
    .describe('What is added to the root of the corrected second moment in the first step; null for SGD.'),
  decay: z.enum(['none', 'coupled', 'decoupled']),
  loss: z.string(),
  headInit: z.string(),
  batchOrder: z.string(),
})

/** Describes TensorFlow's side of an idiomatic pair, and writes what it makes of the first batch. */
export const describeIdiomaticMessage = defineMessage({
  name: 'describe-idiomatic',
  request: z.strictObject({
    run: runRequestSchema,
    images: z.int().min(2).describe('In the first batch.'),
    reference: z.string().describe('The safetensors file to write.'),
  }),
  progress: recordingProgressSchema,
  result: z.strictObject({
    description: idiomaticDescriptionSchema.describe(
      'What the live objects of model, optimiser and pipeline hold.',
    ),
  }),
})
