import * as z from 'zod'
import { idiomaticDescriptionSchema } from './describe-idiomatic.js'
import { defineMessage } from './message.js'
import { recordingProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'

export const frameworkDifferenceSchema = z.strictObject({
  ingredient: z.string(),
  tensorflow: z.string().describe("What TensorFlow's side has."),
  pytorch: z.string(),
  effect: z
    .number()
    .nullable()
    .describe(
      "How far the first batch moves in PyTorch when this alone is TensorFlow's, as a share of the largest value; null where that isn't measured.",
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
    description: idiomaticDescriptionSchema.describe("Of TensorFlow's side."),
    reference: z.string().describe('The file that `describe-idiomatic` wrote.'),
  }),
  progress: recordingProgressSchema,
  result: z.strictObject({
    differences: z.array(frameworkDifferenceSchema),
    unexplained: z
      .number()
      .nullable()
      .describe(
        "How far PyTorch's logits still are from TensorFlow's when all of it is swapped at once; null where the tensors of one library have no place in the other's model.",
      ),
  }),
})
