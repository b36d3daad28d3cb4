import * as z from 'zod'
import { fraction, positive } from './fields.js'

const weightDecay = z.number().min(0)
const coupled = weightDecay
  .default(0)
  .describe(
    "Weight decay, coupled (L2) in aligned mode as in PyTorch: the decay times the weight is added to the gradient. In idiomatic mode it is each library's own, and Keras decouples it.",
  )
const decayNormAndBias = z
  .boolean()
  .default(false)
  .describe(
    'Whether weight decay also applies to biases and to the scales and shifts of BatchNorm. In idiomatic mode it always does.',
  )
const epsilon = positive
  .optional()
  .describe(
    "Small constant that keeps the optimiser from dividing by zero; in aligned mode it is added to the square root of the (bias-corrected) second moment. The default is 1e-8 in aligned mode and each framework's own in idiomatic mode.",
  )
// A number that lies closer to 1 is 1 in float32.
const beta = z.number().min(0).max(0.999999)
const learningRate = positive.describe("Learning rate of the head at the schedule's peak.")
const adamFields = {
  learningRate: learningRate.default(1e-3),
  beta1: beta
    .default(0.9)
    .describe("Share of the gradients' running mean (first moment) that is kept at each step."),
  beta2: beta
    .default(0.999)
    .describe("Share of the squared gradients' running mean (second moment) that is kept at each step."),
  epsilon,
}
const momentumFields = {
  learningRate: learningRate.default(1e-2),
  momentum: fraction
    .default(0)
    .describe('Momentum: the share of the previous update that is kept at each step.'),
}

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('adam').describe('Name of the optimiser: Adam (Kingma and Ba 2015).'),
    ...adamFields,
    weightDecay: coupled,
    decayNormAndBias,
  }),
  z.strictObject({
    name: z
      .literal('adamw')
      .describe(
        'Name of the optimiser: AdamW, Adam with decoupled weight decay (Loshchilov and Hutter 2019).',
      ),
    ...adamFields,
    weightDecay: weightDecay
      .default(0.01)
      .describe(
        'Weight decay, decoupled from the gradient: each step shrinks the weights by the learning rate times the decay.',
      ),
    decayNormAndBias,
  }),
  z.strictObject({
    name: z
      .literal('sgd')
      .describe('Name of the optimiser: stochastic gradient descent, with or without momentum.'),
    ...momentumFields,
    nesterov: z
      .boolean()
      .default(false)
      .describe(
        'Whether the step uses Nesterov momentum, which looks ahead by the momentum. It needs a momentum above 0.',
      ),
    weightDecay: coupled,
    decayNormAndBias,
  }),
  z.strictObject({
    name: z.literal('rmsprop').describe('Name of the optimiser: RMSprop.'),
    ...momentumFields,
    smoothing: fraction
      .default(0.99)
      .describe(
        "Share of the squared gradients' running mean that is kept at each step; PyTorch calls it alpha.",
      ),
    centered: z
      .boolean()
      .default(false)
      .describe("Whether the gradients are normalised by their variance, not by their squares' mean."),
    epsilon,
    weightDecay: coupled,
    decayNormAndBias,
  }),
])

const warmupEpochs = z
  .number()
  .min(0)
  .default(0)
  .describe(
    'Number of epochs, not necessarily whole, in which the learning rate rises linearly from 0, step by step.',
  )

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z
      .literal('constant')
      .describe('Name of the schedule: the learning rate stays the same after the warm-up.'),
    warmupEpochs,
  }),
  z.strictObject({
    name: z
      .literal('cosine')
      .describe('Name of the schedule: the learning rate falls along half a cosine after the warm-up.'),
    warmupEpochs,
    finalLearningRate: z
      .number()
      .min(0)
      .default(0)
      .describe(
        'Learning rate that the cosine falls to. A step after the last one of the phase would have it.',
      ),
  }),
  z.strictObject({
    name: z
      .literal('step')
      .describe('Name of the schedule: the learning rate drops by a factor every few epochs.'),
    warmupEpochs,
    everyEpochs: positive
      .default(1)
      .describe(
        'Number of epochs between two drops of the learning rate, counted from the end of the warm-up.',
      ),
    factor: positive
      .lt(1)
      .default(0.1)
      .describe('Factor that the learning rate is multiplied by at each drop.'),
  }),
  z
    .strictObject({
      name: z
        .literal('oneCycle')
        .describe(
          'Name of the schedule: the learning rate rises along half a cosine and falls along another.',
        ),
      riseFraction: fraction
        .gt(0)
        .default(0.25)
        .describe("Share of the phase's steps in which the learning rate rises."),
      startDivisor: positive
        .min(1)
        .default(25)
        .describe(
          "Divisor for the first step: the learning rate starts at the optimizer's learningRate divided by it.",
        ),
      finalDivisor: positive
        .min(1)
        .default(1e5)
        .describe(
          "Divisor for the last step: the learning rate ends at the optimizer's learningRate divided by it.",
        ),
    })
    .describe(
      "One-cycle schedule: half a cosine up, then half a cosine down to almost nothing (Smith and Topin 2018; fastai's shape).",
    ),
])
