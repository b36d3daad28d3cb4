import * as z from 'zod'
import { learningRateCurveSchema } from '../protocol/find-learning-rate.js'
import { frameworkSchema } from '../spec/schema.js'

export const lrFindLineSchema = z
  .strictObject({
    type: z.literal('learning-rate-found'),
    framework: frameworkSchema,
    seed: z.int(),
    plot: z.string().describe('Absolute path of the SVG file with the curves of all frameworks.'),
    ...learningRateCurveSchema.shape,
  })
  .meta({ title: 'LrFindLine' })

/** Line of `twintune lr-find --json`: the sweep of one framework. */
export type LrFindLine = z.output<typeof lrFindLineSchema>
