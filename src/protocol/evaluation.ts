import * as z from 'zod'

const classEvaluationSchema = z.strictObject({
  class: z.string(),
  precision: z
    .number()
    .nullable()
    .describe('Share of right answers among the images taken for the class, 0 to 1; null where none was.'),
  recall: z
    .number()
    .nullable()
    .describe("Share of right answers among the class's own images, 0 to 1; null where it has none."),
  f1: z
    .number()
    .nullable()
    .describe('Harmonic mean of precision and recall, 0 to 1; null for a class that does not occur.'),
  support: z.int().describe('Number of images whose label is the class.'),
})

export const answerSchema = z.strictObject({
  predicted: z.string().describe('Class that the model takes the image for.'),
  probability: z.number().describe('Probability that the model gives to that class, 0 to 1.'),
})

const topLossSchema = z.strictObject({
  image: z.string().describe('Place of the image: a file, or a row of a file.'),
  label: z.string(),
  predicted: z.string(),
  probability: z.number().describe('Probability that the model gave to the predicted class, 0 to 1.'),
  loss: z.number().describe('Cross-entropy of the image in nats.'),
})

const calibrationBinSchema = z.strictObject({
  images: z.int().describe('Number of images whose answer has a probability within the bin.'),
  confidence: z.number().nullable().describe('Mean probability of the answers, 0 to 1; null for no image.'),
  accuracy: z.number().nullable().describe('Share of right answers, 0 to 1; null for no image.'),
})

export const evaluationDetailsSchema = z
  .strictObject({
    classes: z.array(z.string()),
    confusion: z
      .array(z.array(z.int()))
      .describe(
        'Confusion matrix: numbers of images by label (rows) and prediction (columns), in the order of the classes.',
      ),
    perClass: z.array(classEvaluationSchema).describe('Metrics of each class, in the order of the classes.'),
    topLosses: z.array(topLossSchema).describe('The 20 images with the largest losses, the largest first.'),
    calibration: z
      .array(calibrationBinSchema)
      // Folders of earlier versions have none.
      .default([])
      .describe(
        'Answers by their probability, in bins of equal width from 0 to 1, from which the calibration error comes.',
      ),
  })
  .meta({ title: 'EvaluationDetails' })

/** Test results of one run in detail. Python writes them as `evaluation.json` into the run's own folder. */
export type EvaluationDetails = z.output<typeof evaluationDetailsSchema>
