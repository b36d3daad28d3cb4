import * as z from 'zod'
import { defineMessage } from './message.js'
import { sweepProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'

export const learningRateCurveSchema = z.strictObject({
  points: z
    .array(
      z.strictObject({
        learningRate: z.number(),
        loss: z.number().describe("Loss of the step's own images, before its update."),
        smoothedLoss: z.number().describe('Exponentially weighted mean of the losses so far.'),
      }),
    )
    .describe(
      'Points of the curve, one for each step. The learning rate grows by the same factor from each to the next.',
    ),
  ended: z
    .enum(['finished', 'diverged', 'notFinite'])
    .describe(
      'Way in which the sweep ended. `diverged`: the smoothed loss rose above four times its lowest value. `notFinite`: a loss was NaN or infinite.',
    ),
  suggestions: z
    .strictObject({
      valley: z
        .number()
        .nullable()
        .describe("Learning rate in the middle of the longest descent (fastai's `valley`)."),
      steep: z
        .number()
        .nullable()
        .describe("Learning rate where the loss falls most steeply (fastai's `steep`)."),
    })
    .describe("Suggestions by fastai's methods; null where the curve is too short."),
  seconds: z.number().describe('Time of the sweep alone, in seconds.'),
})

/** Loss curve of a learning-rate sweep, and the learning rates that it suggests. */
export type LearningRateCurve = z.output<typeof learningRateCurveSchema>

/**
 * Trains with a learning rate that grows from step to step (Smith 2017), on the run's first phase, and puts the model
 * back as it was.
 */
export const findLearningRateMessage = defineMessage({
  name: 'find-learning-rate',
  request: z.strictObject({
    run: runRequestSchema,
    start: z.number().describe('Learning rate of the first step, above 0.'),
    end: z.number().describe('Learning rate that a step after the last one would have.'),
    steps: z.int(),
  }),
  progress: sweepProgressSchema,
  result: learningRateCurveSchema,
})
