import * as z from 'zod'

const classEvaluationSchema = z.strictObject({
  class: z.string(),
  precision: z
    .number()
    .nullable()
    .describe('Right answers among the images taken for it, 0 to 1; null where none was.'),
  recall: z
    .number()
    .nullable()
    .describe('Right answers among its own images, 0 to 1; null where it has none.'),
  f1: z.number().nullable().describe('Harmonic mean of both; null for a class that does not occur.'),
  support: z.int().describe('Its own images.'),
})

export const answerSchema = z.strictObject({
  predicted: z.string().describe('The class.'),
  probability: z.number().describe('That the model gives to it, 0 to 1.'),
})

const topLossSchema = z.strictObject({
  image: z.string().describe('Where it is: a file, or a row of one.'),
  label: z.string(),
  predicted: z.string(),
  probability: z.number().describe('That the model gave to what it predicted, 0 to 1.'),
  loss: z.number().describe('Cross-entropy in nats.'),
})

export const evaluationDetailsSchema = z
  .strictObject({
    classes: z.array(z.string()),
    confusion: z
      .array(z.array(z.int()))
      .describe('Images by label (rows) and prediction (columns), in the order of the classes.'),
    perClass: z.array(classEvaluationSchema).describe('In the order of the classes.'),
    topLosses: z.array(topLossSchema).describe('The 20 images with the largest losses, the largest first.'),
  })
  .meta({ title: 'EvaluationDetails' })

/** The test of one run in detail. Python writes it as `evaluation.json`, into the run's own folder. */
export type EvaluationDetails = z.output<typeof evaluationDetailsSchema>
