import * as z from 'zod'
import { epochRecordSchema, evaluationMetricsSchema } from './result.js'
import { stepInputSchema } from './step-input.js'

// What Python reports while it works on a request. An event is such a report with its time and its run added.

export const runResumedReportSchema = z.strictObject({
  type: z.literal('run-resumed'),
  phase: z.int(),
  epoch: z.int().describe('Epochs done in the phase.'),
  step: z.int().describe('Batches done in the epoch after these.'),
  epochs: z.array(epochRecordSchema).describe('Those done before, in all phases.'),
})

export const stageReportSchema = z.strictObject({
  type: z.literal('stage'),
  stage: z.enum(['data', 'build', 'features', 'evaluate', 'profile']),
  done: z.int().optional().describe('Images so far, of a profile steps.'),
  total: z.int().optional(),
  cached: z.literal(true).optional().describe('There when all features come from the cache.'),
})

export const phaseStartedReportSchema = z.strictObject({
  type: z.literal('phase-started'),
  phase: z.int().describe('From 1.'),
  phases: z.int(),
  epochs: z.int(),
  trainable: z.string(),
  trainableParameters: z.int(),
  input: stepInputSchema,
})

export const stepReportSchema = z.strictObject({
  type: z.literal('step'),
  phase: z.int(),
  epoch: z.int().describe('From 1, within the phase.'),
  epochs: z.int(),
  step: z.int().describe('From 1, within the epoch.'),
  steps: z.int(),
  loss: z.number().describe('Mean over the batch.'),
  imagesPerSecond: z.number(),
  secondsLeft: z.number().describe("Of the phase's training, estimated."),
})

export const epochReportSchema = z.strictObject({
  type: z.literal('epoch'),
  epochs: z.int(),
  ...epochRecordSchema.shape,
})

export const phaseFinishedReportSchema = z.strictObject({
  type: z.literal('phase-finished'),
  phase: z.int(),
  epochs: z.int().describe('As planned; learning rates are computed for these.'),
  epochsDone: z.int(),
  endedEarly: z.string().nullable().describe('Why it has fewer; null where it has not.'),
  bestEpoch: z.int().nullable().describe('By what is monitored; null without validation images.'),
  weightsOf: z.int().describe('The epoch whose weights it ends with.'),
})

export const evaluationReportSchema = z.strictObject({
  type: z.literal('evaluation'),
  split: z.enum(['test']),
  count: z.int().describe('Images.'),
  ...evaluationMetricsSchema.shape,
})

export const checkpointReportSchema = z.strictObject({
  type: z.literal('checkpoint'),
  path: z.string().describe('Relative to the run folder.'),
})

export const warningReportSchema = z.strictObject({
  type: z.literal('warning'),
  code: z.string(),
  message: z.string(),
})

/** How a run is getting on. */
export const runProgressSchema = z.discriminatedUnion('type', [
  runResumedReportSchema,
  stageReportSchema,
  phaseStartedReportSchema,
  stepReportSchema,
  epochReportSchema,
  phaseFinishedReportSchema,
  evaluationReportSchema,
  checkpointReportSchema,
  warningReportSchema,
])

/** How a recording for the parity ladder is getting on: it goes through the stages of a run, but profiles no step. */
export const recordingProgressSchema = z.discriminatedUnion('type', [
  stageReportSchema.extend({ stage: stageReportSchema.shape.stage.exclude(['profile']) }),
  warningReportSchema,
])

/** How a sweep of the learning rate is getting on. */
export const sweepProgressSchema = z.discriminatedUnion('type', [
  stageReportSchema,
  warningReportSchema,
  z.strictObject({
    type: z.literal('sweep-step'),
    step: z.int().describe('From 1.'),
    steps: z.int(),
    learningRate: z.number(),
    smoothedLoss: z.number(),
  }),
])

/** How many images of the data have been checked. */
export const checkingProgressSchema = z.strictObject({
  type: z.literal('checked'),
  done: z.int().describe('Images so far.'),
  total: z.int(),
})

export type RunProgress = z.output<typeof runProgressSchema>
export type RecordingProgress = z.output<typeof recordingProgressSchema>
export type SweepProgress = z.output<typeof sweepProgressSchema>
