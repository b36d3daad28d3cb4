import * as z from 'zod'
import { datasetSchema } from '../spec/dataset-schema.js'
import { headSchema } from '../spec/model-schema.js'
import { experimentSchema, frameworkSchema } from '../spec/schema.js'
import { trainingSchema } from '../spec/training-schema.js'
import { defineMessage } from './message.js'

const [imageFolder] = datasetSchema.options
const threeNumbersSchema = z.tuple([z.number(), z.number(), z.number()])

const modelInputSchema = z
  .strictObject({
    size: z.int().describe('Height and width in pixels that an image is resized to.'),
    resize: imageFolder.shape.resize
      .unwrap()
      .describe('Way to the square: `squash` changes the aspect, `crop` cuts the centre out.'),
    cropFraction: z
      .number()
      .nullable()
      .describe(
        'Share of the shorter side that `crop` keeps: that side is resized to the whole part of `size` divided by it. Null for `squash`.',
      ),
    library: z.enum(['Pillow', 'torchvision', 'TensorFlow']).describe('Library that resizes.'),
    interpolation: z.enum(['bilinear', 'bicubic']),
    antialias: z.boolean().describe('Whether the image is smoothed where it is made smaller.'),
    channels: z.enum(['RGB', 'BGR']).describe('Order of the channels.'),
    mean: threeNumbersSchema.describe(
      'Mean of each channel, in the order of `channels`: a value v of 0 to 255 becomes (v / 255 - mean) / std.',
    ),
    std: threeNumbersSchema.describe('Standard deviation of each channel, in the same order.'),
  })
  .describe('Way from a decoded image to the numbers that the network sees.')

export const trainedModelSchema = z.strictObject({
  framework: frameworkSchema,
  mode: experimentSchema.shape.mode.unwrap(),
  backbone: z.string(),
  weights: z.enum(['imagenet', 'random', 'file']).describe('Kind of weights that the backbone began with.'),
  batchNormEpsilon: z
    .number()
    .nullable()
    .describe(
      "Epsilon of the backbone's BatchNorm layers; null where it has none, and in idiomatic mode, where it is the library's own.",
    ),
  head: headSchema,
  classes: z.array(z.string()).describe('Class names, in the order of the logits.'),
  input: modelInputSchema,
  precision: trainingSchema.shape.precision.unwrap(),
})

/** Description of a trained model, which its file has in its header. */
export type TrainedModelDescription = z.output<typeof trainedModelSchema>

/** Loads the trained model of a run, in place of the one that was loaded before. The framework is imported already. */
export const loadModelMessage = defineMessage({
  name: 'load-model',
  request: z.strictObject({
    file: z.string().describe("Absolute path of the run's model.safetensors."),
    digest: z.string().describe('Hash of all tensors that the run ended with, by name.'),
    device: z.string().describe('Device as in a specification: `auto`, `cpu`, `gpu` or `gpu:N`.'),
  }),
  progress: z.never(),
  result: z.strictObject({
    model: trainedModelSchema,
    device: z.string().describe('Device that the loaded model lies on.'),
  }),
})
