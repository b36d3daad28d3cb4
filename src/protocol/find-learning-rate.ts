import * as z from 'zod'
import { defineMessage } from './message.js'
import { sweepProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'

export const learningRateCurveSchema = z.strictObject({
  points: z
    .array(
      z.strictObject({
        learningRate: z.number(),
        loss: z.number().describe("Of the step's own images, before it."),
        smoothedLoss: z.number().describe('Exponentially weighted mean of the losses so far.'),
      }),
    )
    .describe('One a step, with the learning rate growing by the same factor from each to the next.'),
  ended: z
    .enum(['finished', 'diverged', 'notFinite'])
    .describe(
      '`diverged`: the smoothed loss came to more than four times its lowest; `notFinite`: a loss was NaN or infinite.',
    ),
  suggestions: z
    .strictObject({
      valley: z.number().nullable().describe('In the middle of the longest descent.'),
      steep: z.number().nullable().describe('Where the loss falls most steeply.'),
    })
    .describe("fastai's; null where the curve is too short."),
  seconds: z.number().describe('The sweep alone.'),
})

/** How the loss went while the learning rate grew, and what that suggests. */
export type LearningRateCurve = z.output<typeof learningRateCurveSchema>

/**
 * Trains with a learning rate that grows from step to step (Smith 2017), on the run's first phase, and puts the model
 * back as it was.
 */
export const findLearningRateMessage = defineMessage({
  name: 'find-learning-rate',
  request: z.strictObject({
    run: runRequestSchema,
    start: z.number().describe('The learning rate of the first step, above 0.'),
    end: z.number().describe('The one that the step after the last would have.'),
    steps: z.int(),
  }),
  progress: sweepProgressSchema,
  result: learningRateCurveSchema,
})
