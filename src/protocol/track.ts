import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'
import { defineMessage } from './message.js'
import { repeatSchema } from './result.js'

// What the trackers that are written in Python are told of a comparison. They live in a process of their own, which reads
// a record a line and answers with a line of news now and then.

const time = z.int().describe('Time in milliseconds since 1970, UTC.')
const status = z.enum(['finished', 'failed', 'cancelled'])
const values = z.record(z.string(), z.number()).describe('Figures by their names.')
const texts = z.record(z.string(), z.string()).describe('Texts by their names.')

export const trackersRecordSchema = z
  .strictObject({
    type: z.literal('trackers'),
    tensorboard: z.boolean(),
    mlflow: z
      .strictObject({
        uri: z.string().nullable().describe("Address of the server or the store; null takes MLflow's own."),
        experiment: z.string().nullable(),
      })
      .nullable(),
    wandb: z.strictObject({ project: z.string().nullable() }).nullable(),
  })
  .describe('Trackers that are wanted. It comes first, so that their packages are imported before any run.')

export const comparisonRecordSchema = z.strictObject({
  type: z.literal('comparison'),
  name: z.string().describe("Name of the comparison's folder."),
  folder: z.string().describe("Absolute path of the comparison's folder."),
  experiment: z.string(),
  options: texts.describe('Options of the specification, by their paths.'),
  tags: texts,
  time,
})

export const runRecordSchema = z.strictObject({
  type: z.literal('run'),
  name: z.string().describe("Name of the run's folder."),
  framework: frameworkSchema,
  seed: z.int(),
  repeat: repeatSchema,
  attempt: z
    .int()
    .describe('Number of times that the run was begun anew; one that goes on from a checkpoint is not.'),
  time,
})

export const pointSchema = z.strictObject({
  metric: z.string(),
  value: z.number(),
  phase: z.int(),
  epoch: z.int().describe('Number of the epoch within the phase, from 1.'),
  step: z.int().describe('Number of batches that the run has trained on, over all phases.'),
  time,
})

export const pointsRecordSchema = z.strictObject({
  type: z.literal('points'),
  run: z.string(),
  points: z.array(pointSchema),
})

export const runEndedRecordSchema = z.strictObject({
  type: z.literal('run-ended'),
  run: z.string(),
  status,
  tags: texts,
  time,
})

export const comparisonEndedRecordSchema = z.strictObject({
  type: z.literal('comparison-ended'),
  status,
  values,
  tags: texts,
  summary: z.string().describe('Conclusion in a few lines of Markdown.'),
  time,
})

export const fileRecordSchema = z.strictObject({
  type: z.literal('file'),
  run: z.string().nullable().describe('Name of the run that the file is of; null for the comparison.'),
  file: z.string().describe('Absolute path of the file.'),
  folder: z.string().nullable().describe('Folder among the artefacts; null for none.'),
})

/** Schema of a line that the process of the trackers is told. */
export const trackRecordSchema = z.discriminatedUnion('type', [
  trackersRecordSchema,
  comparisonRecordSchema,
  runRecordSchema,
  pointsRecordSchema,
  runEndedRecordSchema,
  comparisonEndedRecordSchema,
  fileRecordSchema,
])

/** Schema of a line that the process of the trackers answers. */
export const trackNewsSchema = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('ready') })
    .describe('All packages are imported that are there; those that are not were told of before.'),
  z.strictObject({
    type: z.literal('place'),
    tracker: z.enum(['tensorboard', 'mlflow', 'wandb']),
    place: z.string().describe('Address or folder at which the tracker keeps the comparison.'),
  }),
  z
    .strictObject({
      type: z.literal('done'),
      tracker: z.enum(['tensorboard', 'mlflow', 'wandb']),
    })
    .describe('A tracker has all that there was, up to the last record.'),
  z
    .strictObject({
      type: z.literal('problem'),
      tracker: z.enum(['tensorboard', 'mlflow', 'wandb']),
      code: z.enum(['PACKAGE_MISSING', 'TRACKER_FAILED']),
      message: z.string(),
      hint: z.string().nullable(),
    })
    .describe('A tracker has failed, and gets nothing more.'),
])

/** Line that the process of the trackers is told, and line that it answers. */
export const trackMessage = defineMessage({
  name: 'track',
  request: trackRecordSchema,
  progress: z.never(),
  result: trackNewsSchema,
})

/** Record of what happened in a comparison, as trackers get it. */
export type TrackRecord = z.output<typeof trackRecordSchema>
export type TrackNews = z.output<typeof trackNewsSchema>
/** Value of one metric at one step of a run. */
export type Point = z.output<typeof pointSchema>
