import * as z from 'zod'
import { augmentationSchema } from '../spec/augmentation-schema.js'
import { datasetSchema } from '../spec/dataset-schema.js'
import { headSchema } from '../spec/model-schema.js'
import { frameworkSchema } from '../spec/schema.js'
import { trainingSchema } from '../spec/training-schema.js'

// Parts that the requests of several messages share.

const [imageFolder, csv, parquet, huggingFace] = datasetSchema.options
const filledIn = { imageSize: true } as const

/** Data set of a request, with every field filled in. */
export const datasetRequestSchema = z.discriminatedUnion('source', [
  imageFolder.required(filledIn),
  csv.required(filledIn),
  parquet.required(filledIn),
  huggingFace.required(filledIn),
])

/** Source of a backbone's weights. */
export const weightsRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('imagenet') }),
  z.strictObject({ kind: z.literal('random') }),
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
])

/** Seeds of a run, one for each purpose that it draws random numbers for. */
export const runSeedsSchema = z.strictObject({
  init: z.int().describe('Seed of the weights that are drawn, and of the dropout masks.'),
  order: z.int().describe('Seed of the order of the training batches.'),
  augmentation: z.int().describe('Seed of the augmentation of images, and of the mixing of batches.'),
  split: z
    .int()
    .nullable()
    .describe(
      "Seed of the hash that sets images apart for validation and test; null for each image's own hash.",
    ),
})

/** Request to carry out a run. It is complete: Python fills in no default. Paths are absolute. */
export const runRequestSchema = z.strictObject({
  twintune: z.string().describe('Version of twintune that sends the request.'),
  framework: frameworkSchema,
  seed: z.int().describe('Seed that names the run. Random numbers are drawn by `seeds`.'),
  seeds: runSeedsSchema,
  mode: z.enum(['aligned', 'idiomatic']),
  dataset: datasetRequestSchema,
  augmentation: augmentationSchema,
  model: z.strictObject({
    backbone: z.string(),
    weights: weightsRequestSchema,
    head: headSchema,
  }),
  training: trainingSchema.omit({ fineTune: true }),
  device: z.string(),
  deterministic: z.boolean(),
  profile: z.boolean(),
  keepSteps: z
    .enum(['none', 'chosen', 'all'])
    .describe('Training steps that are kept whole, so that the other framework can take them too.'),
  keepModel: z
    .boolean()
    .describe("Whether the model and its answers to the test are written into the run's folder."),
  shorten: z
    .strictObject({
      train: z.int().describe('Largest number of training images.'),
      evaluation: z.int().describe('Largest number of validation images, and of test images.'),
    })
    .nullable()
    .describe('Numbers of images that a short run keeps; null for a run on all of them.'),
  runDirectory: z.string().describe("Path of the run's own folder, which exists."),
  resume: z.boolean().describe("Whether to go on from the run's last checkpoint, where it has one."),
  cacheDirectory: z.string(),
  featureCache: z
    .boolean()
    .describe('Whether features are taken from the cache, and kept there for other runs.'),
  featureCacheBytes: z.int().min(0).describe('Largest size of the feature cache, in bytes.'),
  torchPython: z
    .string()
    .describe('Python interpreter that has PyTorch, for files that only PyTorch can read.'),
})

/** Part of the model that trains: the part that the first phase names, or all of it with BatchNorm in training mode. */
export const trainedSchema = z.enum(['phase', 'all'])

export type DatasetRequest = z.output<typeof datasetRequestSchema>
export type RunSeeds = z.output<typeof runSeedsSchema>
export type RunRequest = z.output<typeof runRequestSchema>
/** Part of the model that a recording trains: the part that its phase names, or all of it. */
export type Trained = z.output<typeof trainedSchema>
