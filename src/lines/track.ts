import * as z from 'zod'
import { trackersSchema } from '../tracking/trackers.js'

export const trackedLineSchema = z
  .strictObject({
    type: z.literal('tracked'),
    tracker: trackersSchema.keyof(),
    place: z.string().describe('File, folder or address at which the tracker keeps the comparison.'),
  })
  .meta({ title: 'TrackedLine' })

/** Line of `twintune track --json`: a tracker that has the comparison now. */
export type TrackedLine = z.output<typeof trackedLineSchema>
