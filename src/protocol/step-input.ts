import * as z from 'zod'

/** Input of a phase's training steps. */
export const stepInputSchema = z
  .union([z.enum(['pixels', 'features']), z.templateLiteral(['activations of ', z.string().min(1)])])
  .describe(
    'Input of the training steps: the pixels of images, or what frozen stages made of them once. That is the pooled output of the whole backbone (`features`), or the output of the stage that is named.',
  )
