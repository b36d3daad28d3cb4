import * as z from 'zod'
import { augmentationSchema } from '../spec/augmentation-schema.js'
import { trainingSchema } from '../spec/training-schema.js'
import { defineMessage } from './message.js'
import { checkingProgressSchema } from './progress.js'
import { datasetRequestSchema, runSeedsSchema, weightsRequestSchema } from './request-parts.js'

const splitName = z.enum(['train', 'validation', 'test'])

const spreadSchema = z.strictObject({ min: z.int(), median: z.number(), max: z.int() })

const splitSchema = z.strictObject({
  name: splitName,
  images: z.int(),
  imagesByClass: z.array(z.int()).describe('Number of images of each class, in the order of `classes`.'),
  sizes: z
    .strictObject({ width: spreadSchema, height: spreadSchema })
    .describe('Widths and heights of the images in pixels, after they are turned upright by EXIF.'),
  kinds: z
    .array(
      z.strictObject({
        format: z.string().describe("File format by Pillow's name, as `JPEG` or `PNG`."),
        mode: z.string().describe("Pixel format by Pillow's name, as `RGB`, `P` or `I;16`."),
        images: z.int(),
      }),
    )
    .describe('Encodings of the images, the most frequent first.'),
})

const sheetRequestSchema = z
  .strictObject({
    file: z.string().describe('Absolute path of the PNG file to write.'),
    backbone: z.string(),
    weights: weightsRequestSchema,
    batchSize: z.int(),
    sampler: trainingSchema.shape.sampler,
    augmentation: augmentationSchema,
  })
  .describe(
    'Settings that decide the pixels that the network sees in training, and the file for the sheet of them.',
  )

export const dataDescriptionSchema = z.strictObject({
  classes: z.array(z.string()),
  splits: z
    .array(splitSchema)
    .describe('Splits as a run would make them. Images that cannot be decoded are in none.'),
  duplicates: z
    .array(z.array(z.strictObject({ split: splitName, image: z.string(), label: z.string() })))
    .describe('Groups of images with the same bytes, within a split and across splits.'),
  unreadable: z
    .array(z.strictObject({ image: z.string(), reason: z.string() }))
    .describe('Images that cannot be decoded, all of them, each with the reason.'),
  warnings: z.array(z.string()).describe('Warnings about other oddities of the data.'),
})

/** Contents of an experiment's data: classes, splits, duplicates and problems. */
export type DataDescription = z.output<typeof dataDescriptionSchema>

/**
 * Opens, checks and splits the data, counts its images, and draws a contact sheet where one is wanted. No framework need
 * be imported.
 */
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
