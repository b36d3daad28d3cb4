import * as z from 'zod'
import { positive } from './fields.js'

/** What of the test is compared. */
export const metricNameSchema = z.enum(['accuracy', 'topFiveAccuracy', 'macroF1', 'loss', 'calibrationError'])

/** What is drawn at random in a run, by a seed of its own. */
export const purposeSchema = z.enum(['init', 'order', 'split', 'augmentation'])

const marginsSchema = z
  .strictObject({
    accuracy: positive.default(0.005).describe('From 0 to 1: 0.005 is half a point.'),
    topFiveAccuracy: positive.optional().describe('From 0 to 1.'),
    macroF1: positive.optional().describe('From 0 to 1.'),
    loss: positive.optional().describe('Of the mean cross-entropy, in nats.'),
    calibrationError: positive.optional().describe('From 0 to 1.'),
  })
  .describe(
    "Differences up to here are of no consequence, in the metric's own unit (accuracy: from 0 to 1). A metric without a margin can't be equivalent.",
  )

export const comparisonSettingsSchema = z.strictObject({
  primaryMetric: metricNameSchema
    .default('accuracy')
    .describe('The one that the verdict is of; the p-values of the others are adjusted for their number.'),
  margins: marginsSchema.prefault({}),
  vary: z
    .array(purposeSchema)
    .min(1)
    .default(['init', 'order', 'augmentation'])
    .describe(
      'What a seed decides: `init`, the first weights that are drawn and the dropout masks; `order`, that of the batches; `split`, which images are set apart; `augmentation`, mixing of batches too. The others are those of the first seed in every run.',
    ),
  noise: z
    .boolean()
    .default(false)
    .describe('Carry every run out twice with the same seed, to see what is mere floating point.'),
})

/** What the comparison asks, and of what. */
export type ComparisonSettings = z.output<typeof comparisonSettingsSchema>
export type MetricName = z.output<typeof metricNameSchema>
/** What a seed is for. */
export type Purpose = z.output<typeof purposeSchema>
