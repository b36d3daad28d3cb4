import * as z from 'zod'
import { augmentationSchema } from '../spec/augmentation-schema.js'
import { datasetSchema } from '../spec/dataset-schema.js'
import { headSchema } from '../spec/model-schema.js'
import { frameworkSchema } from '../spec/schema.js'
import { trainingSchema } from '../spec/training-schema.js'

// What the requests of several messages share.

const [imageFolder, csv, parquet, huggingFace] = datasetSchema.options
const filledIn = { imageSize: true } as const

/** The data set of a request: complete. */
export const datasetRequestSchema = z.discriminatedUnion('source', [
  imageFolder.required(filledIn),
  csv.required(filledIn),
  parquet.required(filledIn),
  huggingFace.required(filledIn),
])

/** Where a backbone's weights come from. */
export const weightsRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('imagenet') }),
  z.strictObject({ kind: z.literal('random') }),
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
])

/** What each thing that a run draws is drawn by. */
export const runSeedsSchema = z.strictObject({
  init: z.int().describe('Of the weights that are drawn, and of the dropout masks.'),
  order: z.int().describe('Of the training batches.'),
  augmentation: z.int().describe('Of the changes to images, and of the mixing of batches.'),
  split: z.int().nullable().describe("Of the hash that sets images apart; null for each image's own hash."),
})

/** A complete request: Python fills in no default. Paths are absolute. */
export const runRequestSchema = z.strictObject({
  twintune: z.string().describe('The version that asks.'),
  framework: frameworkSchema,
  seed: z.int().describe('Names the run; what is drawn is drawn by `seeds`.'),
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
  runDirectory: z.string().describe("This run's own folder; exists."),
  resume: z.boolean().describe("Whether to go on from the run's last checkpoint, where it has one."),
  cacheDirectory: z.string(),
  featureCache: z
    .boolean()
    .describe('Whether features are taken from the cache, and kept there for other runs.'),
  featureCacheBytes: z.int().min(0).describe('How large the cache of features may become.'),
  torchPython: z.string().describe('An interpreter that has PyTorch, for what only it can read.'),
})

/** What of the model trains: what the first phase says, or all of it with BatchNorm in training mode. */
export const trainedSchema = z.enum(['phase', 'all'])

export type DatasetRequest = z.output<typeof datasetRequestSchema>
export type RunSeeds = z.output<typeof runSeedsSchema>
export type RunRequest = z.output<typeof runRequestSchema>
export type Trained = z.output<typeof trainedSchema>
