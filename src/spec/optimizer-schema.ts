import * as z from 'zod'
import { fraction, positive } from './fields.js'

const weightDecay = z.number().min(0)
const coupled = weightDecay
  .default(0)
  .describe(
    "Coupled (L2) in aligned mode, as in PyTorch; in idiomatic mode each library's own, and Keras decouples it.",
  )
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
// What lies closer to 1 is 1 in float32.
const beta = z.number().min(0).max(0.999999)
const learningRate = positive.describe("The head's, where the schedule is at its peak.")
const adamFields = {
  learningRate: learningRate.default(1e-3),
  beta1: beta.default(0.9).describe("What is kept of the gradients' mean at each step."),
  beta2: beta.default(0.999).describe("What is kept of the squared gradients' mean."),
  epsilon,
}
const momentumFields = {
  learningRate: learningRate.default(1e-2),
  momentum: fraction.default(0).describe('What is kept of the last update at each step.'),
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
    nesterov: z.boolean().default(false).describe('Looks ahead by the momentum.'),
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
    finalLearningRate: z
      .number()
      .min(0)
      .default(0)
      .describe('Where the cosine ends: what a step after the last one of the phase would have.'),
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
