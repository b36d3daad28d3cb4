import * as z from 'zod'
import { failureSchema } from '../failure.js'
import { frameworkSchema } from '../spec/schema.js'
import { stepInputSchema } from './step-input.js'

export const repeatSchema = z
  .literal(true)
  .optional()
  .describe('There for the second run of a framework and seed, which shows the noise, and for no other.')

export const trainingMetricsSchema = z.strictObject({
  accuracy: z.number().describe('Top-1, 0 to 1.'),
  loss: z.number().nullable().describe('Mean cross-entropy in nats; null when it is not finite.'),
})

export const evaluationMetricsSchema = z.strictObject({
  accuracy: z.number().describe('Top-1, 0 to 1.'),
  topFiveAccuracy: z
    .number()
    .nullable()
    .describe('Share of the images whose class is among the five likeliest; null for five classes or fewer.'),
  macroF1: z.number().describe('Unweighted mean of F1 over the classes that were there or answered, 0 to 1.'),
  loss: z.number().describe('Mean cross-entropy (log loss) in nats.'),
  calibrationError: z
    .number()
    .describe('Expected calibration error over 15 bins of equal width (Guo et al. 2017), 0 to 1.'),
})

export const secondsSchema = z.strictObject({
  start: z.number().describe('From starting the interpreter to its first reply.'),
  import: z.number().describe("Importing the framework; 0 for a worker's second run."),
  build: z
    .number()
    .describe("Weights, model, head; of a frozen backbone that the worker's last run left, the head alone."),
  data: z
    .number()
    .describe('Indexing, checking and splitting the data set; what was checked before is known.'),
  features: z
    .number()
    .describe(
      'The one pass of frozen stages over the images, or reading what they gave before; 0 where there is none.',
    ),
  firstStep: z.number().describe("Each phase's first step: tracing, memory, kernels."),
  train: z
    .number()
    .describe('All other training steps, with the waiting for their batches; validation is not part of it.'),
  loader: z
    .number()
    .describe(
      'Those of `train` in which the loop waited for a batch to be read, augmented, mixed and hashed.',
    ),
  validation: z.number().describe('After the epochs; 0 where there are no validation images.'),
  checkpoint: z.number().describe('Writing checkpoints.'),
  evaluate: z.number().describe('The test.'),
})

export const trainedPhaseSchema = z.strictObject({
  input: stepInputSchema,
  features: z
    .enum(['computed', 'cached'])
    .nullable()
    .describe('Where these came from: `cached` when none had to be computed; null for pixels.'),
  epochs: z.int().describe('Those that were trained; early stopping makes them fewer.'),
  steps: z.int().describe("The optimiser's."),
  skippedSteps: z.int().describe('Those of them that loss scaling skipped.'),
  weightsOf: z.int().describe('The epoch whose weights the phase ended with.'),
})

export const stepProfileSchema = z
  .strictObject({
    phase: z.int().describe('From 1.'),
    input: stepInputSchema,
    steps: z.int().describe('Those that were timed, after a few to warm up.'),
    transfer: z.number().describe('Taking a batch from NumPy, or from the pipeline, to the device.'),
    forward: z.number().describe('The loss in training mode.'),
    backward: z
      .number()
      .describe('The gradients: what a step as far as these takes longer than one to the loss.'),
    optimizer: z
      .number()
      .describe('The update: what a whole step takes longer than one as far as its gradients.'),
  })
  .describe(
    'Median milliseconds of a training step, the device waited for around each part, measured after the run. A difference can be a little below 0.',
  )

const afterEachEpoch = 'Its value after each epoch, over all phases.'

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
    .describe('What the live loader does to a training image, in order, and to a batch.'),
  phases: z.array(trainedPhaseSchema),
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
    .describe(
      `Chained hash of what each batch was trained towards, mixed, smoothed and weighted. ${afterEachEpoch}`,
    ),
  dropout: z
    .array(z.string())
    .describe(
      `Chained hash of the masks that the steps were given, \`none\` while there are none; what layers drop that draw for themselves. ${afterEachEpoch}`,
    ),
  loss: z
    .array(z.string())
    .describe(
      'One line a phase: what the live step computes, with smoothing, class weights, accumulation, clipping and averaging.',
    ),
  optimizer: z.array(z.string()).describe('One line a phase, with the values the live optimiser holds.'),
  schedule: z
    .array(z.string())
    .describe(
      `Chained hash of the learning rate of each step, as the live optimiser had it. ${afterEachEpoch}`,
    ),
  batchNorm: z.array(z.string()).describe("One line a phase: the layers' modes, epsilon and momentum."),
  precision: z.string().describe('The dtypes of the live variables.'),
  device: z.string(),
  deterministic: z.boolean(),
  threads: z
    .string()
    .describe(
      'CPU threads of the framework, within and between operations, and the processors that they may use.',
    ),
})

export const epochRecordSchema = z.strictObject({
  phase: z.int(),
  epoch: z.int(),
  learningRate: z.number(),
  train: trainingMetricsSchema,
  validation: evaluationMetricsSchema.nullable(),
  seconds: z.number(),
  imagesPerSecond: z
    .number()
    .nullable()
    .describe("First steps left out; null for an epoch that is its phase's first step alone."),
})

export const finishedRunSchema = z.strictObject({
  framework: frameworkSchema,
  seed: z.int(),
  repeat: repeatSchema,
  status: z.literal('finished'),
  failure: z.null(),
  test: evaluationMetricsSchema,
  firstStepLoss: z.number().describe('Of the first batch, before any update.'),
  pixelDigest: z.string().describe('Of all pixels that the model got.'),
  weightsDigest: z.string().describe("Of the backbone's tensors before the first step."),
  modelDigest: z.string().describe('Of all tensors that the run ended with, by name.'),
  seconds: secondsSchema,
  imagesPerSecond: z
    .number()
    .nullable()
    .describe(
      'Median over the training epochs that run the backbone, or over all where none does; first steps left out; null where no other step is left.',
    ),
  featureImagesPerSecond: z
    .number()
    .nullable()
    .describe('Of the pass of frozen stages; null where there was none, or nothing was left to compute.'),
  peakMemoryBytes: z.int(),
  peakMemoryMethod: z.string(),
  profile: z.array(stepProfileSchema).describe('One a phase; empty where the specification asks for none.'),
  othersCpuShare: z
    .number()
    .nullable()
    .describe(
      "Share of the processors' time that went to other processes while it ran, 0 to 1; null where the system does not tell, or below a second.",
    ),
  epochs: z.array(epochRecordSchema),
  classes: z.array(z.string()),
  facts: factsSchema,
})

export const unfinishedRunSchema = z.strictObject({
  framework: frameworkSchema,
  seed: z.int(),
  repeat: repeatSchema,
  status: z.enum(['failed', 'cancelled']),
  failure: failureSchema,
  test: z.null(),
  firstStepLoss: z.null(),
  pixelDigest: z.null(),
  weightsDigest: z.null(),
  modelDigest: z.null(),
  seconds: z.null(),
  imagesPerSecond: z.null(),
  featureImagesPerSecond: z.null(),
  peakMemoryBytes: z.null(),
  peakMemoryMethod: z.null(),
  othersCpuShare: z.null(),
  profile: z.array(stepProfileSchema).length(0),
  epochs: z.array(epochRecordSchema).describe('Those that it had finished.'),
  classes: z.array(z.string()),
  facts: z.null(),
})

export const runResultSchema = z
  .discriminatedUnion('status', [finishedRunSchema, unfinishedRunSchema])
  .meta({ title: 'RunResult' })

/** What a run came to that reached its end. */
export type FinishedRun = z.output<typeof finishedRunSchema>
/** What is left of a run that failed or was cancelled. It has no measurements: all of their fields are null. */
export type UnfinishedRun = z.output<typeof unfinishedRunSchema>
/** What one run came to: the request is in spec.yaml, everything else is here (`result.json`). */
export type RunResult = z.output<typeof runResultSchema>
/**
 * What an engine read back from its live model, optimiser and data: the evidence of the fairness contract.
 * Hashes are SHA-256 in hexadecimal; tensors are hashed by canonical name and layout.
 */
export type Facts = z.output<typeof factsSchema>
/** What came of a phase. */
export type TrainedPhase = z.output<typeof trainedPhaseSchema>
/** What the training step of a phase spends its time on. */
export type StepProfile = z.output<typeof stepProfileSchema>
export type EpochRecord = z.output<typeof epochRecordSchema>
/** Of the batches of an epoch, each before its own step. */
export type TrainingMetrics = z.output<typeof trainingMetricsSchema>
/** What a model is worth on images that it was not trained on. */
export type EvaluationMetrics = z.output<typeof evaluationMetricsSchema>
