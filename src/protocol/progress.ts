import * as z from 'zod'
import { epochRecordSchema, evaluationMetricsSchema } from './result.js'
import { stepInputSchema } from './step-input.js'

// Reports that Python sends while it works on a request. An event is such a report with its time and its run added.

export const runPlacedReportSchema = z.strictObject({
  type: z.literal('run-placed'),
  node: z.string().describe("Node of the cluster: its host's name and the beginning of its id."),
  pid: z.int().describe("Process id of the framework's Python on the node."),
  movedFrom: z
    .string()
    .nullable()
    .describe('Node that was lost with the run, which is taken up on this one; null where none was.'),
})

export const runResumedReportSchema = z.strictObject({
  type: z.literal('run-resumed'),
  phase: z.int(),
  epoch: z.int().describe('Number of epochs done in the phase.'),
  step: z.int().describe('Number of batches done in the unfinished epoch after these.'),
  epochs: z.array(epochRecordSchema).describe('Records of the epochs done before, in all phases.'),
})

export const stageReportSchema = z.strictObject({
  type: z.literal('stage'),
  stage: z.enum(['data', 'build', 'features', 'evaluate', 'profile']),
  done: z
    .int()
    .optional()
    .describe('Number of images done so far; in the stage `profile`, the number of steps.'),
  total: z.int().optional(),
  cached: z
    .literal(true)
    .optional()
    .describe('Mark of a feature stage whose features all come from the cache.'),
})

export const phaseStartedReportSchema = z.strictObject({
  type: z.literal('phase-started'),
  phase: z.int().describe('Number of the phase, from 1.'),
  phases: z.int(),
  epochs: z.int(),
  trainable: z.string(),
  trainableParameters: z.int(),
  input: stepInputSchema,
  steps: z.int().optional().describe('Number of batches in an epoch; missing in events of earlier versions.'),
})

export const stepReportSchema = z.strictObject({
  type: z.literal('step'),
  phase: z.int(),
  epoch: z.int().describe('Number of the epoch within the phase, from 1.'),
  epochs: z.int(),
  step: z.int().describe('Number of the batch within the epoch, from 1.'),
  steps: z.int(),
  loss: z.number().describe('Mean loss over the batch.'),
  imagesPerSecond: z.number(),
  secondsLeft: z.number().describe("Estimate of the seconds that the phase's training still takes."),
})

export const epochReportSchema = z.strictObject({
  type: z.literal('epoch'),
  epochs: z.int(),
  ...epochRecordSchema.shape,
})

export const phaseFinishedReportSchema = z.strictObject({
  type: z.literal('phase-finished'),
  phase: z.int(),
  epochs: z.int().describe('Number of epochs as planned, which the learning rates are computed for.'),
  epochsDone: z.int(),
  endedEarly: z
    .string()
    .nullable()
    .describe('Reason why the phase ended before its planned epochs; null where it did not.'),
  bestEpoch: z
    .int()
    .nullable()
    .describe('Number of the best epoch by the monitored metric, from 1; null without validation images.'),
  weightsOf: z.int().describe('Number of the epoch whose weights the phase ends with, from 1.'),
})

export const evaluationReportSchema = z.strictObject({
  type: z.literal('evaluation'),
  split: z.enum(['test']),
  count: z.int().describe('Number of images in the split.'),
  ...evaluationMetricsSchema.shape,
})

export const checkpointReportSchema = z.strictObject({
  type: z.literal('checkpoint'),
  path: z
    .string()
    .describe(
      "Path of the checkpoint or of the model that was written, relative to the comparison's folder.",
    ),
})

/** Every code that a warning from Python can have. */
export const reportedWarningCodes = [
  'CLASS_WEIGHTS',
  'DATASET',
  'FEATURE_CACHE',
  'IMAGE_SIZE',
  'KEPT_STEPS',
  'LOSS_SCALING',
  'NODE_BUSY',
  'OTHER_VERSIONS',
  'PROFILE',
] as const

export const warningReportSchema = z.strictObject({
  type: z.literal('warning'),
  code: z.enum(reportedWarningCodes),
  message: z.string(),
})

/** Progress of a run. */
export const runProgressSchema = z.discriminatedUnion('type', [
  runPlacedReportSchema,
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

/** Progress of a recording for the parity ladder: it goes through the stages of a run, but profiles no step. */
export const recordingProgressSchema = z.discriminatedUnion('type', [
  stageReportSchema.extend({ stage: stageReportSchema.shape.stage.exclude(['profile']) }),
  warningReportSchema,
])

/** Progress of a learning-rate sweep. */
export const sweepProgressSchema = z.discriminatedUnion('type', [
  stageReportSchema,
  warningReportSchema,
  z.strictObject({
    type: z.literal('sweep-step'),
    step: z.int().describe('Number of the step in the sweep, from 1.'),
    steps: z.int(),
    learningRate: z.number(),
    smoothedLoss: z.number(),
  }),
])

/** Progress of the check of a data set's images. */
export const checkingProgressSchema = z.strictObject({
  type: z.literal('checked'),
  done: z.int().describe('Number of images checked so far.'),
  total: z.int(),
})

export type RunProgress = z.output<typeof runProgressSchema>
export type RecordingProgress = z.output<typeof recordingProgressSchema>
/** Progress of a learning-rate sweep: its stages, its warnings and its steps. */
export type SweepProgress = z.output<typeof sweepProgressSchema>
