import * as z from 'zod'
import { answerSchema } from './evaluation.js'
import { defineMessage } from './message.js'
import { checkingProgressSchema } from './progress.js'
import { datasetRequestSchema, runSeedsSchema } from './request-parts.js'

const listingSchema = z
  .strictObject({
    classes: z.array(z.string()),
    dataset: datasetRequestSchema,
    splitSeed: runSeedsSchema.shape.split,
    cacheDirectory: z.string(),
    membership: z.string().describe('Hash of the identities in each split, as the runs report it.'),
    folder: z.string().describe('Absolute path of the folder for the thumbnails, which is made anew.'),
    thumbnails: z.int().describe('Largest number of thumbnails.'),
  })
  .describe('Data that is needed to name and show the images that the two models answer differently.')

/** Compares, image by image, what two models answered in the same test. Needs no framework to be imported. */
export const comparePredictionsMessage = defineMessage({
  name: 'compare-predictions',
  request: z.strictObject({
    first: z.string().describe("Absolute path of the first run's predictions.safetensors."),
    second: z.string().describe("Absolute path of the second run's predictions.safetensors."),
    listing: listingSchema
      .nullable()
      .describe('Listing of the images; null where it is enough to count them.'),
  }),
  progress: checkingProgressSchema,
  result: z.strictObject({
    images: z.int(),
    different: z.int().describe('Number of images that the two models take for different classes.'),
    bothRight: z.int(),
    onlyFirstRight: z.int(),
    onlySecondRight: z.int(),
    bothWrong: z.int(),
    pValue: z
      .number()
      .describe(
        "P-value of McNemar's exact two-sided test; 1 where the two models are right about the same images.",
      ),
    listed: z
      .array(
        z.strictObject({
          position: z.int().describe('Position of the image in the test set, from 0.'),
          image: z.string().nullable(),
          label: z.string(),
          first: answerSchema,
          second: answerSchema,
          thumbnail: z.string().nullable().describe('A PNG file in the folder of the request.'),
        }),
      )
      .describe(
        'Images that the two models answer differently, with the images that both are most certain of first.',
      ),
    problem: z
      .string()
      .nullable()
      .describe('Reason why the images could not be named and shown; null where they could.'),
  }),
})
