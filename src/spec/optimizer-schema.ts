import * as z from 'zod'
import { fraction, positive } from './fields.js'

const weightDecay = z.number().min(0)
const coupled = weightDecay.default(0).describe('Coupled (L2), as in PyTorch.')
const decayNormAndBias = z
  .boolean()
  .default(false)
  .describe(
    'Whether weight decay reaches the scales and shifts of BatchNorm and the biases too; in idiomatic mode it always does.',
  )
const epsilon = positive
  .optional()
  .describe(
    "Added to the root of the (bias-corrected) second moment. Aligned: 1e-8; idiomatic: each framework's own.",
  )
const adamFields = {
  learningRate: positive.default(1e-3),
  beta1: fraction.default(0.9),
  beta2: fraction.default(0.999),
  epsilon,
}
const momentumFields = {
  learningRate: positive.default(1e-2),
  momentum: fraction.default(0),
}

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('adam'), ...adamFields, weightDecay: coupled, decayNormAndBias }),
  z.strictObject({
    name: z.literal('adamw'),
    ...adamFields,
    weightDecay: weightDecay.default(0.01).describe('Decoupled.'),
    decayNormAndBias,
  }),
  z.strictObject({
    name: z.literal('sgd'),
    ...momentumFields,
    nesterov: z.boolean().default(false),
    weightDecay: coupled,
    decayNormAndBias,
  }),
  z.strictObject({
    name: z.literal('rmsprop'),
    ...momentumFields,
    smoothing: fraction
      .default(0.99)
      .describe("What is kept of the squared gradients' mean; PyTorch's alpha."),
    centered: z.boolean().default(false).describe('Normalises by the variance of the gradients.'),
    epsilon,
    weightDecay: coupled,
    decayNormAndBias,
  }),
])

const warmupEpochs = z.number().min(0).default(0).describe('Epochs of linear warm-up from 0, step by step.')

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), warmupEpochs }),
  z.strictObject({
    name: z.literal('cosine'),
    warmupEpochs,
    finalLearningRate: z.number().min(0).default(0),
  }),
  z.strictObject({
    name: z.literal('step'),
    warmupEpochs,
    everyEpochs: positive
      .default(1)
      .describe('Epochs between two drops, counted from the end of the warm-up.'),
    factor: positive.lt(1).default(0.1).describe('What the rate is multiplied by at each drop.'),
  }),
  z
    .strictObject({
      name: z.literal('oneCycle'),
      riseFraction: fraction
        .gt(0)
        .default(0.25)
        .describe("Share of the phase's steps in which the rate rises."),
      startDivisor: positive
        .min(1)
        .default(25)
        .describe("The first rate is the optimiser's divided by this."),
      finalDivisor: positive
        .min(1)
        .default(1e5)
        .describe("The last rate is the optimiser's divided by this."),
    })
    .describe(
      "Half a cosine up and half a cosine down to almost nothing (Smith and Topin 2018; fastai's shape).",
    ),
])
