import * as z from 'zod'
import { defineMessage } from './message.js'

export const classProbabilitySchema = z.strictObject({
  class: z.string(),
  probability: z.number().describe('Probability that the model gives to the class, 0 to 1.'),
})

/** Class with the probability that a model gives to it. */
export type ClassProbability = z.output<typeof classProbabilitySchema>

/** Number of classes that are told for each image, unless another one is asked for. */
export const defaultTop = 1

/** Number of images that go through a model at once, unless another one is asked for. */
export const defaultBatchSize = 32

/** Predicts the classes of images with the model that was loaded last. */
export const predictMessage = defineMessage({
  name: 'predict',
  request: z.strictObject({
    images: z.array(z.string()).describe('Absolute paths of image files.'),
    top: z.int().min(1).describe('Largest number of classes for each image.'),
    batchSize: z.int().min(1).describe('Number of images that go through the model at once.'),
  }),
  progress: z.never(),
  result: z.strictObject({
    predictions: z
      .array(
        z.strictObject({
          top: z.array(classProbabilitySchema).describe('Most probable classes, the first of them first.'),
          problem: z
            .string()
            .nullable()
            .describe('Reason why the image could not be read; `top` is empty then. Null where it could.'),
        }),
      )
      .describe('Prediction for each image, in the order of the request.'),
  }),
})
