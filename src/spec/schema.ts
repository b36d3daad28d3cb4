import * as z from 'zod'
import { backboneNames } from '../backbones.js'

// Defaults stand only here, and nothing is transformed: shorthands are expanded in plan/, so that
// `z.toJSONSchema(experimentSchema, { io: 'input' })` is total. Rules that bind several fields are in cross-field-rules.ts.

export const frameworkSchema = z.enum(['tensorflow', 'pytorch'])

const positive = z.number().positive()
const fraction = z.number().min(0).lt(1)

const datasetFields = {
  train: z
    .string()
    .min(1)
    .describe('The training images: a folder with a folder a class, or a parquet file.'),
  test: z
    .string()
    .min(1)
    .optional()
    .describe('The test images. Without it `testFraction` of the training images is set apart.'),
  validationFraction: fraction
    .default(0.2)
    .describe(
      "Share of the training images set apart for validation, decided by a hash of each item's identity; 0 for none.",
    ),
  testFraction: fraction
    .gt(0)
    .default(0.2)
    .describe('Share of the images set apart for the test, by the same hash, where `test` is not given.'),
  imageSize: z
    .int()
    .min(32)
    .max(1024)
    .default(224)
    .describe('Height and width in pixels that every image is resized to.'),
}

export const datasetSchema = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('imagefolder'), ...datasetFields }),
  z.strictObject({
    source: z.literal('parquet'),
    ...datasetFields,
    imageColumn: z
      .string()
      .min(1)
      .default('image')
      .describe('Column of the encoded images (`{ bytes, path }` or bytes).'),
    labelColumn: z
      .string()
      .min(1)
      .default('label')
      .describe('Column of the classes (integers with names, or strings).'),
  }),
])

export const headSchema = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(65536))
    .default([1024])
    .describe(
      'Widths of the hidden layers between the pooled features and the classes; [] for a linear head.',
    ),
  activation: z.enum(['relu', 'silu', 'tanh']).default('relu'),
  dropout: fraction
    .default(0)
    .describe('Share of the hidden units dropped in training; the same masks in both frameworks.'),
})

export const modelSchema = z.strictObject({
  backbone: z.enum(backboneNames).describe('`twintune backbones` lists them.'),
  weights: z
    .union([z.enum(['imagenet', 'random']), z.strictObject({ file: z.string().min(1) })])
    .default('imagenet')
    .describe(
      "`imagenet`, `random` (seeded, the same in both), or a safetensors file with timm's tensor names.",
    ),
  head: headSchema.prefault({}),
})

const learningRate = positive.default(1e-3)
const weightDecay = z.number().min(0)
const adamFields = {
  learningRate,
  beta1: fraction.default(0.9),
  beta2: fraction.default(0.999),
  epsilon: positive
    .optional()
    .describe(
      "Added to the root of the bias-corrected second moment. Aligned: 1e-8; idiomatic: each framework's own.",
    ),
}

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('adam'),
    ...adamFields,
    weightDecay: weightDecay.default(0).describe('Coupled (L2), as in PyTorch.'),
  }),
  z.strictObject({
    name: z.literal('adamw'),
    ...adamFields,
    weightDecay: weightDecay.default(0.01).describe('Decoupled.'),
  }),
  z.strictObject({
    name: z.literal('sgd'),
    learningRate: positive.default(1e-2),
    momentum: fraction.default(0),
    nesterov: z.boolean().default(false),
    weightDecay: weightDecay.default(0).describe('Coupled (L2), as in PyTorch.'),
  }),
])

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), warmupEpochs: z.number().min(0).default(0) }),
  z.strictObject({
    name: z.literal('cosine'),
    warmupEpochs: z.number().min(0).default(0).describe('Epochs of linear warm-up from 0, step by step.'),
    finalLearningRate: z.number().min(0).default(0),
  }),
])

export const trainableSchema = z.union([
  z.enum(['head', 'all']),
  z.strictObject({
    lastStages: z.int().min(1).describe('Stages of the backbone that train, counted from the head.'),
  }),
])

export const phaseSchema = z.strictObject({
  epochs: z.int().min(1).default(5),
  trainable: trainableSchema.default('head').describe('`head`, `all`, or `{ lastStages: n }`.'),
  optimizer: optimizerSchema.prefault({ name: 'adam' }),
  schedule: scheduleSchema.prefault({ name: 'constant' }),
})

export const trainingSchema = z.strictObject({
  batchSize: z.int().min(1).default(32),
  precision: z
    .enum(['float64', 'float32'])
    .default('float32')
    .describe('float64 is for those who hunt a difference: rounding is then far away.'),
  phases: z.array(phaseSchema).min(1).prefault([{}]),
})

/** The specification of an experiment, as product and JSON Schema know it. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('The JSON Schema, for editors.'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits, dots, dashes and underscores')
      .describe('Names the run folder.'),
    mode: z
      .enum(['aligned', 'idiomatic'])
      .default('aligned')
      .describe(
        "`aligned`: the same weights, pixels and arithmetic in both. `idiomatic`: each framework's own.",
      ),
    frameworks: z.array(frameworkSchema).min(1).default(['tensorflow', 'pytorch']),
    dataset: datasetSchema,
    model: modelSchema,
    training: trainingSchema.prefault({}),
    seeds: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      )
      .min(1)
      .default([0, 1, 2]),
    device: z
      .string()
      .regex(/^(auto|cpu|gpu(:\d+)?)$/, 'must be auto, cpu, gpu or gpu:N')
      .default('auto'),
    deterministic: z
      .boolean()
      .default(false)
      .describe("Each framework's deterministic kernels: a rerun is bit-equal, and slower."),
  })
  .meta({ title: 'Experiment' })

/** An experiment with every default filled in. */
export type Experiment = z.output<typeof experimentSchema>
/** An experiment as a user writes it. */
export type ExperimentInput = z.input<typeof experimentSchema>
export type Framework = z.output<typeof frameworkSchema>
export type Phase = z.output<typeof phaseSchema>
