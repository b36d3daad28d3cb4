import * as z from 'zod'
import { candidateSchema } from '../init/candidate.js'

export const initLineSchema = z
  .strictObject({
    type: z.literal('init'),
    file: z.string().describe('Absolute path of the specification that was written.'),
    folder: z.string().describe('Absolute path of the folder that was looked at.'),
    chosen: candidateSchema.describe('Data set that the specification takes.'),
    others: z.array(candidateSchema).describe('Other data sets in the folder, the most likely first.'),
    remarks: z.array(z.string()).describe('Sentences about what was looked at and is no data set.'),
  })
  .meta({ title: 'InitLine' })

/** Line of `twintune init --json`. */
export type InitLine = z.output<typeof initLineSchema>
