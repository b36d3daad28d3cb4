import * as z from 'zod'
import { comparisonSchema } from './compare/comparison.js'
import { failureSchema } from './failure.js'
import {
  epochRecordSchema,
  evaluationMetricsSchema,
  finishedRunSchema,
  repeatSchema,
} from './protocol/result.js'
import { stepInputSchema } from './protocol/step-input.js'
import { frameworkSchema } from './spec/schema.js'

// What happened, in one union. Events that belong to a run carry its framework and seed, and `repeat` where it is one.

const time = z.iso.datetime().describe('UTC.')
const ofComparison = {
  time,
  experiment: z.string(),
  mode: z.enum(['aligned', 'idiomatic']),
  runDirectory: z.string(),
}
const run = { framework: frameworkSchema, seed: z.int(), repeat: repeatSchema }
const plannedRuns = z.array(z.strictObject(run))
const ofRun = { time, ...run }

export const comparisonStartedSchema = z
  .strictObject({
    type: z.literal('comparison-started'),
    ...ofComparison,
    runs: plannedRuns.describe('In the order of their start.'),
  })
  .describe('The run folder exists and the plan is made; nothing has started yet.')

export const comparisonResumedSchema = z
  .strictObject({
    type: z.literal('comparison-resumed'),
    ...ofComparison,
    runs: plannedRuns.describe('Those still to be carried out, in the order of their start.'),
    kept: z.int().describe('Runs that had finished before, whose results stand.'),
  })
  .describe('An interrupted comparison goes on in its run folder; nothing has started yet.')

export const workerSchema = z
  .strictObject({
    type: z.literal('worker'),
    time,
    framework: frameworkSchema,
    state: z.enum(['starting', 'importing', 'ready']),
  })
  .describe('A worker is being started, or imports its framework: before its first run.')

export const runStartedSchema = z
  .strictObject({
    type: z.literal('run-started'),
    ...ofRun,
    workerPid: z.int(),
    pythonPid: z.int(),
  })
  .describe("A run's worker is ready and has the request.")

export const runResumedSchema = z
  .strictObject({
    type: z.literal('run-resumed'),
    ...ofRun,
    phase: z.int(),
    epoch: z.int().describe('Epochs done in the phase.'),
    step: z.int().describe('Batches done in the epoch after these.'),
    epochs: z.array(epochRecordSchema).describe('Those done before, in all phases.'),
  })
  .describe('A run goes on from its last checkpoint.')

export const stageSchema = z
  .strictObject({
    type: z.literal('stage'),
    ...ofRun,
    stage: z.enum(['data', 'build', 'features', 'evaluate', 'profile']),
    done: z.int().optional().describe('Images so far, of a profile steps.'),
    total: z.int().optional(),
    cached: z.literal(true).optional().describe('There when all features come from the cache.'),
  })
  .describe('What a run does outside its training steps, with progress where the work can be counted.')

export const phaseStartedSchema = z.strictObject({
  type: z.literal('phase-started'),
  ...ofRun,
  phase: z.int().describe('From 1.'),
  phases: z.int(),
  epochs: z.int(),
  trainable: z.string(),
  trainableParameters: z.int(),
  input: stepInputSchema,
})

export const stepSchema = z
  .strictObject({
    type: z.literal('step'),
    ...ofRun,
    phase: z.int(),
    epoch: z.int().describe('From 1, within the phase.'),
    epochs: z.int(),
    step: z.int().describe('From 1, within the epoch.'),
    steps: z.int(),
    loss: z.number().describe('Mean over the batch.'),
    imagesPerSecond: z.number(),
    secondsLeft: z.number().describe("Of the phase's training, estimated."),
  })
  .describe('At most a few a second.')

export const epochSchema = z.strictObject({
  type: z.literal('epoch'),
  ...ofRun,
  epochs: z.int(),
  ...epochRecordSchema.shape,
})

export const phaseFinishedSchema = z.strictObject({
  type: z.literal('phase-finished'),
  ...ofRun,
  phase: z.int(),
  epochs: z.int().describe('As planned; learning rates are computed for these.'),
  epochsDone: z.int(),
  endedEarly: z.string().nullable().describe('Why it has fewer; null where it has not.'),
  bestEpoch: z.int().nullable().describe('By what is monitored; null without validation images.'),
  weightsOf: z.int().describe('The epoch whose weights it ends with.'),
})

export const evaluationSchema = z.strictObject({
  type: z.literal('evaluation'),
  ...ofRun,
  split: z.enum(['test']),
  count: z.int().describe('Images.'),
  ...evaluationMetricsSchema.shape,
})

export const checkpointSchema = z.strictObject({
  type: z.literal('checkpoint'),
  ...ofRun,
  path: z.string().describe('Relative to the run folder.'),
})

export const warningSchema = z.strictObject({
  type: z.literal('warning'),
  time,
  framework: frameworkSchema.optional(),
  seed: z.int().optional(),
  repeat: repeatSchema,
  code: z.string(),
  message: z.string(),
})

export const runFinishedSchema = z.strictObject({
  type: z.literal('run-finished'),
  ...ofRun,
  result: finishedRunSchema,
})

export const runFailedSchema = z.strictObject({
  type: z.literal('run-failed'),
  ...ofRun,
  status: z.enum(['failed', 'cancelled']),
  failure: failureSchema,
})

export const comparisonFinishedSchema = z.strictObject({
  type: z.literal('comparison-finished'),
  time,
  runDirectory: z.string(),
  comparison: comparisonSchema,
})

export const eventSchema = z
  .discriminatedUnion('type', [
    comparisonStartedSchema,
    comparisonResumedSchema,
    workerSchema,
    runStartedSchema,
    runResumedSchema,
    stageSchema,
    phaseStartedSchema,
    stepSchema,
    epochSchema,
    phaseFinishedSchema,
    evaluationSchema,
    checkpointSchema,
    warningSchema,
    runFinishedSchema,
    runFailedSchema,
    comparisonFinishedSchema,
  ])
  .meta({ title: 'Event' })

/** Something that happened. */
export type Event = z.output<typeof eventSchema>
/** The event with that `type`. */
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>
