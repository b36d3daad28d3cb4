import * as z from 'zod'
import { workerSchema } from '../events.js'
import { epochReportSchema } from '../protocol/progress.js'
import { frameworkSchema } from '../spec/schema.js'
import { finalSchema, sweepRecordSchema, trialSchema, trialValuesSchema } from './record.js'

const time = z.iso.datetime().describe('Time of the event in UTC, as ISO 8601.')
const begun = {
  time,
  experiment: z.string(),
  sweepDirectory: z.string().describe("Path of the sweep's folder."),
  frameworks: z.array(frameworkSchema),
  trials: z.int().describe('Number of trials of each framework, with trial 0.'),
}
const ofTrial = { time, trial: z.int(), framework: frameworkSchema }

export const sweepStartedSchema = z
  .strictObject({ type: z.literal('sweep-started'), ...begun })
  .describe("The sweep's folder exists and the plan is made; nothing has started yet.")

export const sweepResumedSchema = z
  .strictObject({
    type: z.literal('sweep-resumed'),
    ...begun,
    kept: z.int().describe('Number of trials that had ended before, whose results stand.'),
  })
  .describe('An interrupted sweep goes on in its folder.')

export const trialStartedSchema = z
  .strictObject({ type: z.literal('trial-started'), ...ofTrial, values: trialValuesSchema })
  .describe('A trial begins on a warm worker.')

export const trialEpochSchema = epochReportSchema
  .omit({ type: true })
  .extend({ type: z.literal('trial-epoch'), ...ofTrial })
  .describe('An epoch of a trial has ended.')

export const trialEndedSchema = z.strictObject({ type: z.literal('trial-ended'), time, result: trialSchema })

export const sweepWarningSchema = z.strictObject({
  type: z.literal('warning'),
  time,
  code: z.string(),
  message: z.string(),
  trial: z.int().optional(),
  framework: frameworkSchema.optional(),
})

export const finalStartedSchema = z
  .strictObject({
    type: z.literal('final-started'),
    time,
    ...finalSchema.shape.comparisons.element.shape,
    seeds: z.array(z.int()),
  })
  .describe('All trials have ended, and a comparison of the final begins in a folder of its own.')

export const finalRunSchema = z
  .strictObject({
    type: z.literal('final-run'),
    time,
    role: z.enum(['best', 'default']),
    framework: frameworkSchema,
    seed: z.int(),
    status: z.enum(['finished', 'failed', 'cancelled']),
  })
  .describe('A run of the final has ended.')

export const sweepFinishedSchema = z.strictObject({
  type: z.literal('sweep-finished'),
  time,
  sweepDirectory: z.string().describe("Path of the sweep's folder."),
  sweep: sweepRecordSchema,
})

export const sweepEventSchema = z
  .discriminatedUnion('type', [
    sweepStartedSchema,
    sweepResumedSchema,
    workerSchema,
    trialStartedSchema,
    trialEpochSchema,
    trialEndedSchema,
    sweepWarningSchema,
    finalStartedSchema,
    finalRunSchema,
    sweepFinishedSchema,
  ])
  .meta({ title: 'SweepEvent' })

/** Event of a sweep: something that happened in it. */
export type SweepEvent = z.output<typeof sweepEventSchema>
/** The event of a sweep with that `type`. */
export type SweepEventOf<Type extends SweepEvent['type']> = Extract<SweepEvent, { type: Type }>
