import * as z from 'zod'
import { augmentationSchema } from '../spec/augmentation-schema.js'
import { defineMessage } from './message.js'
import { checkingProgressSchema } from './progress.js'
import { datasetRequestSchema, runSeedsSchema, weightsRequestSchema } from './request-parts.js'

const splitName = z.enum(['train', 'validation', 'test'])

const spreadSchema = z.strictObject({ min: z.int(), median: z.number(), max: z.int() })

const splitSchema = z.strictObject({
  name: splitName,
  images: z.int(),
  imagesByClass: z.array(z.int()).describe('In the order of `classes`.'),
  sizes: z
    .strictObject({ width: spreadSchema, height: spreadSchema })
    .describe('In pixels, after turning upright.'),
  kinds: z
    .array(
      z.strictObject({
        format: z.string().describe("Pillow's name: `JPEG`, `PNG`."),
        mode: z.string().describe("Pillow's name: `RGB`, `P`, `I;16`."),
        images: z.int(),
      }),
    )
    .describe('What the images are encoded as, the most frequent first.'),
})

const sheetRequestSchema = z
  .strictObject({
    file: z.string().describe('The PNG file to write; absolute.'),
    backbone: z.string(),
    weights: weightsRequestSchema,
    batchSize: z.int(),
    augmentation: augmentationSchema,
  })
  .describe('What decides the pixels that the network sees in training.')

export const dataDescriptionSchema = z.strictObject({
  classes: z.array(z.string()),
  splits: z
    .array(splitSchema)
    .describe('As a run would split the images; those that can not be decoded are in none.'),
  duplicates: z
    .array(z.array(z.strictObject({ split: splitName, image: z.string(), label: z.string() })))
    .describe('Groups of images with the same bytes, within a split and across splits.'),
  unreadable: z
    .array(z.strictObject({ image: z.string(), reason: z.string() }))
    .describe('Every image that can not be decoded.'),
  warnings: z.array(z.string()).describe('What else is odd about the data.'),
})

/** What is in the data of an experiment. */
export type DataDescription = z.output<typeof dataDescriptionSchema>

/** Opens, checks and splits the data, counts what there is, and draws a contact sheet where one is wanted. Needs no framework to be imported. */
export const describeDataMessage = defineMessage({
  name: 'describe-data',
  request: z.strictObject({
    dataset: datasetRequestSchema,
    seeds: runSeedsSchema,
    cacheDirectory: z.string(),
    sheet: sheetRequestSchema.nullable(),
  }),
  progress: checkingProgressSchema,
  result: dataDescriptionSchema,
})
