import * as z from 'zod'
import { dataDescriptionSchema } from '../protocol/describe-data.js'

export const dataLineSchema = z
  .strictObject({
    type: z.literal('data'),
    experiment: z.string(),
    usable: z.boolean().describe('Whether a run would take the data as they are.'),
    ...dataDescriptionSchema.shape,
  })
  .meta({ title: 'DataLine' })

/** Line of `twintune data --json`. */
export type DataLine = z.output<typeof dataLineSchema>
