import * as z from 'zod'
import { idiomaticDescriptionSchema } from './describe-idiomatic.js'
import { defineMessage } from './message.js'
import { recordingProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'

export const frameworkDifferenceSchema = z.strictObject({
  ingredient: z.string(),
  tensorflow: z.string().describe("Value or setting on TensorFlow's side."),
  pytorch: z.string().describe("Value or setting on PyTorch's side."),
  effect: z
    .number()
    .nullable()
    .describe(
      "Effect of the ingredient: how far the first batch's outputs move in PyTorch when this ingredient alone is TensorFlow's, as a share of their largest value. Null where it isn't measured.",
    ),
  effectOn: z.enum(['logits', 'loss', 'first update', 'running statistics']).nullable(),
  note: z.string().nullable(),
})

/** An ingredient that the two libraries of an idiomatic pair don't have alike, and what it does to the first batch. */
export type FrameworkDifference = z.output<typeof frameworkDifferenceSchema>

/** Measures PyTorch's side of an idiomatic pair against what TensorFlow's side holds. */
export const measureDifferencesMessage = defineMessage({
  name: 'measure-differences',
  request: z.strictObject({
    run: runRequestSchema,
    description: idiomaticDescriptionSchema.describe("Description of TensorFlow's side."),
    reference: z.string().describe('Path of the file that `describe-idiomatic` wrote.'),
  }),
  progress: recordingProgressSchema,
  result: z.strictObject({
    differences: z.array(frameworkDifferenceSchema),
    unexplained: z
      .number()
      .nullable()
      .describe(
        "Distance that is left between PyTorch's and TensorFlow's logits when all ingredients are swapped at once; null where the tensors of one library have no place in the other's model.",
      ),
  }),
})
