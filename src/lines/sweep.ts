import * as z from 'zod'
import { sweepSummarySchema } from '../sweep/listing.js'

export const sweepListedLineSchema = z
  .strictObject({
    type: z.literal('sweep-listed'),
    sweepDirectory: z.string().describe("Absolute path of the sweep's folder."),
    name: z.string().describe("Name of the sweep, which is its folder's name."),
    ...sweepSummarySchema.shape,
  })
  .meta({ title: 'SweepListedLine' })

/** Line of `twintune list --json` about a sweep. */
export type SweepListedLine = z.output<typeof sweepListedLineSchema>
