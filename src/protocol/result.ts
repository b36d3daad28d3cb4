import * as z from 'zod'
import { failureSchema } from '../failure.js'
import { frameworkSchema } from '../spec/schema.js'
import { factsSchema } from './facts.js'
import { stepInputSchema } from './step-input.js'

export const repeatSchema = z
  .literal(true)
  .optional()
  .describe(
    'Mark of the second run of a framework and seed, which shows the noise. Other runs have no such field.',
  )

export const trainingMetricsSchema = z.strictObject({
  accuracy: z.number().describe('Top-1 accuracy, 0 to 1.'),
  loss: z.number().nullable().describe('Mean cross-entropy in nats; null when the loss is not finite.'),
})

export const evaluationMetricsSchema = z.strictObject({
  accuracy: z.number().describe('Top-1 accuracy, 0 to 1.'),
  topFiveAccuracy: z
    .number()
    .nullable()
    .describe('Share of the images whose class is among the five likeliest; null for five classes or fewer.'),
  macroF1: z
    .number()
    .describe(
      'Macro F1, 0 to 1: the unweighted mean of F1 over the classes that occur as a label or as an answer.',
    ),
  loss: z.number().describe('Mean cross-entropy (log loss) in nats.'),
  calibrationError: z
    .number()
    .describe('Expected calibration error over 15 bins of equal width (Guo et al. 2017), 0 to 1.'),
})

export const secondsSchema = z.strictObject({
  start: z.number().describe('Time from starting the Python interpreter to its first reply.'),
  import: z.number().describe("Time to import the framework; 0 from a worker's second run on."),
  build: z
    .number()
    .describe(
      "Time to read the weights and build the model and its head. Where the worker's last run left the same frozen backbone, the head alone is built.",
    ),
  data: z
    .number()
    .describe(
      'Time to index, check and split the data set. Images that were checked before are not checked again.',
    ),
  features: z
    .number()
    .describe(
      'Time of the one pass of the frozen stages over the images, or of reading its result from the cache; 0 where there is no such pass.',
    ),
  firstStep: z
    .number()
    .describe(
      "Time of each phase's first step, in which functions are traced, memory is allocated and kernels are chosen.",
    ),
  train: z
    .number()
    .describe('Time of all other training steps, with the waiting for their batches and without validation.'),
  loader: z
    .number()
    .describe(
      'Part of `train` in which the loop waited for a batch to be read, augmented, mixed and hashed.',
    ),
  validation: z
    .number()
    .describe('Time of the validation after each epoch; 0 where there are no validation images.'),
  checkpoint: z.number().describe('Time to write checkpoints.'),
  evaluate: z.number().describe('Time of the test.'),
})

export const stepProfileSchema = z
  .strictObject({
    phase: z.int().describe('Number of the phase, from 1.'),
    input: stepInputSchema,
    steps: z.int().describe('Number of steps that were timed, after a few to warm up.'),
    transfer: z
      .number()
      .describe('Time to take a batch from NumPy, or from the input pipeline, to the device.'),
    forward: z.number().describe('Time to compute the loss in training mode.'),
    backward: z
      .number()
      .describe(
        'Time of the gradients: a step cut off after its gradients, minus a step cut off after its loss.',
      ),
    optimizer: z
      .number()
      .describe('Time of the update: a whole step, minus a step cut off after its gradients.'),
  })
  .describe(
    'Median milliseconds of a training step, the device waited for around each part, measured after the run. A difference can be a little below 0.',
  )

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
    .describe(
      "Training images a second, without the phase's first step; null for an epoch that has no other step.",
    ),
})

export const finishedRunSchema = z.strictObject({
  framework: frameworkSchema,
  seed: z.int(),
  repeat: repeatSchema,
  status: z.literal('finished'),
  failure: z.null(),
  test: evaluationMetricsSchema,
  firstStepLoss: z.number().describe('Loss of the first batch, before any update.'),
  pixelDigest: z.string().describe('Chained hash of all pixels that the model got.'),
  weightsDigest: z.string().describe("Hash of the backbone's tensors before the first step."),
  modelDigest: z
    .string()
    .describe(
      'Hash of all tensors that the run ended with, by name; empty for a trial, which keeps no model.',
    ),
  seconds: secondsSchema,
  imagesPerSecond: z
    .number()
    .nullable()
    .describe(
      "Training images a second: the median over the epochs that run the backbone, or over all epochs where none does, without each phase's first step. Null where no other step is left.",
    ),
  featureImagesPerSecond: z
    .number()
    .nullable()
    .describe(
      'Images a second in the pass of the frozen stages; null where there was no such pass, or nothing was left to compute.',
    ),
  peakMemoryBytes: z.int(),
  peakMemoryMethod: z.string(),
  profile: z
    .array(stepProfileSchema)
    .describe('Profile of the training step of each phase; empty where the specification asks for none.'),
  othersCpuShare: z
    .number()
    .nullable()
    .describe(
      "Share of the processors' time that went to other processes during the run, 0 to 1. Null where the system does not tell, or for a run shorter than a second.",
    ),
  epochs: z.array(epochRecordSchema),
  classes: z.array(z.string()),
  facts: factsSchema,
})

const measurements = finishedRunSchema
  .omit({
    framework: true,
    seed: true,
    repeat: true,
    status: true,
    failure: true,
    profile: true,
    epochs: true,
    classes: true,
  })
  .keyof().options

/** The fields of a result that only a finished run has, each null. */
export const noMeasurements = mapEach(measurements, null)

export const unfinishedRunSchema = z.strictObject({
  framework: frameworkSchema,
  seed: z.int(),
  repeat: repeatSchema,
  status: z.enum(['failed', 'cancelled']),
  failure: failureSchema,
  ...mapEach(measurements, z.null()),
  profile: finishedRunSchema.shape.profile.length(0),
  epochs: z.array(epochRecordSchema).describe('Records of the epochs that the run had finished.'),
  classes: finishedRunSchema.shape.classes,
})

export const runResultSchema = z
  .discriminatedUnion('status', [finishedRunSchema, unfinishedRunSchema])
  .meta({ title: 'RunResult' })

/** Result of a run that reached its end. */
export type FinishedRun = z.output<typeof finishedRunSchema>
/** Result of a run that failed or was cancelled. It has no measurements: all of their fields are null. */
export type UnfinishedRun = z.output<typeof unfinishedRunSchema>
/** Result of one run, which `result.json` holds. The specification of the run is in spec.yaml. */
export type RunResult = z.output<typeof runResultSchema>
/** Parts of a phase's training step and the time that each takes. */
export type StepProfile = z.output<typeof stepProfileSchema>
/** Record of one epoch: learning rate, metrics and speed. */
export type EpochRecord = z.output<typeof epochRecordSchema>
/** Metrics of the training batches of an epoch, each batch measured before its own step. */
export type TrainingMetrics = z.output<typeof trainingMetricsSchema>
/** Metrics of a model on images that it was not trained on. */
export type EvaluationMetrics = z.output<typeof evaluationMetricsSchema>

function mapEach<Key extends string, Value>(keys: readonly Key[], value: Value): Record<Key, Value>
function mapEach<Value>(keys: readonly string[], value: Value): Record<string, Value> {
  return Object.fromEntries(keys.map((key) => [key, value]))
}
