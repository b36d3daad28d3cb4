import * as z from 'zod'
import { classProbabilitySchema } from '../protocol/predict.js'
import { frameworkSchema } from '../spec/schema.js'

export const predictionLineSchema = z
  .strictObject({
    type: z.literal('prediction'),
    image: z.string().describe('Path of the image, as it was given or found.'),
    models: z
      .array(
        z.strictObject({
          framework: frameworkSchema,
          seed: z.int(),
          top: z.array(classProbabilitySchema).describe('Most probable classes, the first of them first.'),
        }),
      )
      .describe('Prediction of each model; empty where the image could not be read.'),
    differ: z.boolean().describe('Whether the models take the image for different classes.'),
    problem: z.string().nullable().describe('Reason why the image could not be read; null where it could.'),
  })
  .meta({ title: 'PredictionLine' })

/** Line of `twintune predict --json`: the predictions for one image. */
export type PredictionLine = z.output<typeof predictionLineSchema>
