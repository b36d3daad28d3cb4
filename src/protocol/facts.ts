import * as z from 'zod'
import { stepInputSchema } from './step-input.js'

export const restoredWeightsSchema = z.strictObject({
  recorded: z.number().describe('Validation loss that was measured after the epoch whose weights these are.'),
  measured: z.number().describe('Validation loss that was measured again once the weights were restored.'),
  inOneProcess: z
    .boolean()
    .default(false)
    .describe('Whether one process measured both; a run that was resumed since then has two.'),
})

export const stateCheckSchema = z.strictObject({
  at: z.string().describe('Moment of the look.'),
  changed: z
    .string()
    .nullable()
    .describe(
      'First tensor that was another one, or was there only before or after; null where all was the same.',
    ),
})

const weightsKindSchema = z.enum(['of the steps', 'averaged', 'averaged in part']).nullable().default(null)

export const trainedPhaseSchema = z.strictObject({
  input: stepInputSchema,
  features: z
    .enum(['computed', 'cached'])
    .nullable()
    .describe(
      'Origin of the features or activations that the phase trained on: `cached` when none had to be computed. Null for a phase that trained on pixels.',
    ),
  epochs: z
    .int()
    .describe('Number of epochs that were trained; early stopping makes them fewer than planned.'),
  steps: z.int().describe('Number of steps of the optimiser.'),
  skippedSteps: z.int().describe('Number of steps that loss scaling skipped.'),
  stillSteps: z
    .int()
    .default(0)
    .describe(
      'Number of steps of the optimiser that left the bias of the head as it was, though the learning rate and the loss were large enough to move it.',
    ),
  keptSteps: z
    .int()
    .default(0)
    .describe('Number of steps that were kept, for the other framework to take them again.'),
  weightsOf: z.int().describe('Number, from 1, of the epoch whose weights the phase ended with.'),
  restored: restoredWeightsSchema
    .nullable()
    .default(null)
    .describe(
      'Validation loss of restored weights, recorded and measured again. Null for a phase that ended with the weights of its last epoch.',
    ),
  validatedWeights: weightsKindSchema.describe(
    'Weights that the live model had in the last validation. Null without validation images.',
  ),
  finalWeights: weightsKindSchema.describe('Weights that the phase ended with, read from the live model.'),
  continuity: z
    .array(stateCheckSchema)
    .default([])
    .describe(
      "Looks at weights and optimiser at moments at which nothing may have changed them: the phase's start, the way from an epoch to the next where steps are kept, and the loading of a checkpoint. A head that isn't as steps have left it, in the model or in a checkpoint, is added.",
    ),
  featuresDifference: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'Largest difference of a few images between the features that the phase was given and those of a plain pass through the frozen stages, as a share of the largest feature of the image. Null for a phase on pixels.',
    ),
})

export const epochImagesSchema = z.strictObject({
  trained: z.int().describe('Number of images in the batches of the training steps.'),
  distinct: z.int().describe('Number of different images among them.'),
  weight: z.number().describe('Sum of the weights that the loss gave to the images.'),
  loss: z
    .number()
    .nullable()
    .default(null)
    .describe("Mean of the steps' losses, each by the weight of its images, as the engine returned them."),
  right: z
    .int()
    .nullable()
    .default(null)
    .describe(
      'Number of right answers of the training steps, each before its own update, as the engine returned them. A mixed image has the class of its largest share. Null in runs of earlier versions.',
    ),
  validated: z.int().describe('Number of validation images that the model answered.'),
})

const afterEachEpoch = 'The list has the value after each epoch, over all phases.'

export const factsSchema = z.strictObject({
  architecture: z
    .string()
    .describe('Hash of tensor names and shapes: the architecture as far as its tensors show it.'),
  parameters: z.int(),
  weights: z.string().describe("Hash of the backbone's tensors, buffers too, before the first step."),
  headInit: z.string().describe("Hash of the head's tensors before the first step."),
  split: z.string().describe('Hash of the identities and labels in each split.'),
  testSet: z
    .string()
    .describe("Hash of the test's batches of pixels, as the model got them, and of the labels to judge by."),
  augmentation: z
    .string()
    .describe('Operations of the live loader on a training image, in their order, and on a batch.'),
  phases: z.array(trainedPhaseSchema),
  images: z
    .array(epochImagesSchema)
    .default([])
    .describe('Images of each epoch, over all phases, counted where the engine consumed them.'),
  tested: z.int().nullable().default(null).describe('Number of test images that the model answered.'),
  tolerances: z
    .strictObject({
      loss: z.number().describe('Share of a loss, or of 1 where that is larger.'),
      features: z.number().describe('Share of the largest feature of an image.'),
    })
    .nullable()
    .default(null)
    .describe("Largest differences that the rounding of the run's precision explains."),
  pixels: z
    .array(z.string())
    .describe(
      `Chained hash of every batch of training and validation pixels, as the model got them. ${afterEachEpoch}`,
    ),
  batchOrder: z
    .array(z.string())
    .describe(`Chained hash of the images in the order they were trained on. ${afterEachEpoch}`),
  targets: z
    .array(z.string())
    .describe(`Chained hash of the targets of each batch, mixed, smoothed and weighted. ${afterEachEpoch}`),
  dropout: z
    .array(z.string())
    .describe(
      `Chained hash of the dropout masks that the steps were given, \`none\` while there are none; for layers that draw their own masks, a description of these layers. ${afterEachEpoch}`,
    ),
  loss: z
    .array(z.string())
    .describe(
      'Loss of the live training step, one line for each phase, with smoothing, class weights, accumulation, clipping and averaging.',
    ),
  optimizer: z
    .array(z.string())
    .describe('Optimiser of each phase, one line for each, with the values that the live optimiser holds.'),
  schedule: z
    .array(z.string())
    .describe(
      `Chained hash of the learning rate of each step, as the live optimiser had it. ${afterEachEpoch}`,
    ),
  replicas: z
    .array(z.string())
    .default([])
    .describe(
      'Replicas that trained each phase, one line for each: how many took part in its steps, the moments that their BatchNorm layers took, and that their parameters were equal.',
    ),
  batchNorm: z
    .array(z.string())
    .describe('BatchNorm of each phase, one line for each: modes, epsilon and momentum of the live layers.'),
  precision: z.string().describe('Data types of the live variables.'),
  device: z.string(),
  deterministic: z.boolean(),
  threads: z
    .string()
    .describe(
      'CPU threads of the framework, within and between operations, the processors that they may use, and the variables that say how they wait for each other.',
    ),
})

/**
 * Facts that an engine read back from its live model, optimiser and data: the evidence of the fairness contract.
 * Hashes are SHA-256 in hexadecimal; tensors are hashed by canonical name and layout.
 */
export type Facts = z.output<typeof factsSchema>
/** Images that an epoch trained on and was validated with. */
export type EpochImages = z.output<typeof epochImagesSchema>
/** Record of a phase after its training: how much it trained, and on what input. */
export type TrainedPhase = z.output<typeof trainedPhaseSchema>
