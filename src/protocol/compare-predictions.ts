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
    folder: z.string().describe('For the thumbnails; absolute. It is made anew.'),
    thumbnails: z.int().describe('How many there may be.'),
  })
  .describe('What is needed to name and show the images that are answered differently.')

/** Compares, image by image, what two models answered in the same test. Needs no framework to be imported. */
export const comparePredictionsMessage = defineMessage({
  name: 'compare-predictions',
  request: z.strictObject({
    first: z.string().describe('The predictions.safetensors of a run; absolute.'),
    second: z.string(),
    listing: listingSchema.nullable().describe('null where it is enough to count.'),
  }),
  progress: checkingProgressSchema,
  result: z.strictObject({
    images: z.int(),
    different: z.int().describe('Images that the two take for different classes.'),
    bothRight: z.int(),
    onlyFirstRight: z.int(),
    onlySecondRight: z.int(),
    bothWrong: z.int(),
    pValue: z
      .number()
      .describe("McNemar's exact test, two-sided; 1 where the two are right about the same images."),
    listed: z
      .array(
        z.strictObject({
          position: z.int().describe('In the test, from 0.'),
          image: z.string().nullable(),
          label: z.string(),
          first: answerSchema,
          second: answerSchema,
          thumbnail: z.string().nullable().describe('A PNG file in the folder of the request.'),
        }),
      )
      .describe('Every image that is answered differently, those first that both are most certain of.'),
    problem: z.string().nullable().describe('Why the images could not be named and shown.'),
  }),
})
