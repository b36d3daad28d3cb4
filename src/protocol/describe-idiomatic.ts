import * as z from 'zod'
import { defineMessage } from './message.js'
import { recordingProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'

export const idiomaticDescriptionSchema = z.strictObject({
  weights: z.string(),
  architecture: z.string(),
  stridedKernels: z
    .record(z.string(), z.int())
    .describe('Number of convolutions with a stride for each kernel size, such as `3×3`.'),
  preprocessing: z
    .strictObject({ matrix: z.array(z.array(z.number())), offset: z.array(z.number()) })
    .describe('Preprocessing of a pixel with channels from 0 to 255, as matrix × RGB + offset.'),
  resize: z.string(),
  batchNorm: z
    .array(
      z.strictObject({
        epsilon: z.number(),
        momentum: z.number().describe("Momentum in PyTorch's meaning: the share of the new batch."),
        mode: z.enum(['inference', 'train']),
      }),
    )
    .describe("Settings of the BatchNorm layers, each different one once, in the model's order."),
  optimizer: z.string(),
  firstStepEpsilon: z
    .number()
    .nullable()
    .describe(
      'Constant that the first step adds to the square root of the corrected second moment; null for SGD.',
    ),
  decay: z.enum(['none', 'coupled', 'decoupled']),
  loss: z.string(),
  headInit: z.string(),
  batchOrder: z.string(),
})

/** Describes TensorFlow's side of an idiomatic pair, and writes the outputs that it computes from the first batch. */
export const describeIdiomaticMessage = defineMessage({
  name: 'describe-idiomatic',
  request: z.strictObject({
    run: runRequestSchema,
    images: z.int().min(2).describe('Number of images in the first batch.'),
    reference: z.string().describe('Path of the safetensors file to write.'),
  }),
  progress: recordingProgressSchema,
  result: z.strictObject({
    description: idiomaticDescriptionSchema.describe(
      'Description read from the live objects of model, optimiser and input pipeline.',
    ),
  }),
})
