import * as z from 'zod'

/** What the steps of a phase are given. */
export const stepInputSchema = z
  .union([z.enum(['pixels', 'features']), z.templateLiteral(['activations of ', z.string().min(1)])])
  .describe(
    'Images, or what frozen stages made of them once: the pooled output of the whole backbone, or that of the stage named.',
  )
