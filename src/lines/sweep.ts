import * as z from 'zod'
import { sweepSummarySchema } from '../sweep/listing.js'
import { sweepRecordSchema } from '../sweep/record.js'
import { sweepStatusSchema } from '../sweep/sweep-folder.js'

export const sweepListedLineSchema = z
  .strictObject({
    type: z.literal('sweep-listed'),
    sweepDirectory: z.string().describe("Absolute path of the sweep's folder."),
    name: z.string().describe("Name of the sweep, which is its folder's name."),
    ...sweepSummarySchema.shape,
  })
  .meta({ title: 'SweepListedLine' })

export const sweepShownLineSchema = z
  .strictObject({
    type: z.literal('sweep-shown'),
    sweepDirectory: z.string().describe("Absolute path of the sweep's folder."),
    name: z.string().describe("Name of the sweep, which is its folder's name."),
    experiment: z.string(),
    status: sweepStatusSchema,
    startedAt: z.iso.datetime().describe('Time when the sweep began in UTC, as ISO 8601.'),
    sweep: sweepRecordSchema
      .nullable()
      .describe('The sweep so far; null where sweep.json is missing or cannot be read.'),
  })
  .meta({ title: 'SweepShownLine' })

/** Line of `twintune show --json`: all of one sweep. */
export type SweepShownLine = z.output<typeof sweepShownLineSchema>

/** Line of `twintune list --json` about a sweep. */
export type SweepListedLine = z.output<typeof sweepListedLineSchema>
