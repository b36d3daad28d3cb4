import * as z from 'zod'
import { positive } from './fields.js'

/** Names of the test metrics that the frameworks are compared by. */
export const metricNameSchema = z.enum(['accuracy', 'topFiveAccuracy', 'macroF1', 'loss', 'calibrationError'])

/** Purposes that a run draws random numbers for, each with a seed of its own. */
export const purposeSchema = z.enum(['init', 'order', 'split', 'augmentation'])

const marginsSchema = z
  .strictObject({
    accuracy: positive
      .default(0.005)
      .describe('Margin of the test accuracy, which ranges from 0 to 1: 0.005 is half a percentage point.'),
    topFiveAccuracy: positive.optional().describe('Margin of the top-5 accuracy, which ranges from 0 to 1.'),
    macroF1: positive.optional().describe('Margin of the macro-averaged F1 score, which ranges from 0 to 1.'),
    loss: positive.optional().describe('Margin of the test loss, the mean cross-entropy in nats.'),
    calibrationError: positive
      .optional()
      .describe('Margin of the expected calibration error, which ranges from 0 to 1.'),
  })
  .describe(
    "Equivalence margin of each metric, in the metric's own unit: the largest difference that is of no consequence. Without a margin a metric is never called equivalent.",
  )

export const comparisonSettingsSchema = z.strictObject({
  primaryMetric: metricNameSchema
    .default('accuracy')
    .describe(
      'Metric that the verdict is about. The p-values of the other metrics are adjusted for their number (Holm).',
    ),
  margins: marginsSchema.prefault({}),
  vary: z
    .array(purposeSchema)
    .min(1)
    .default(['init', 'order', 'augmentation'])
    .describe(
      'Sources of randomness that differ from seed to seed. `init`: the weights drawn at the start, and the dropout masks. `order`: the order of the batches. `split`: which images are set apart for validation and test. `augmentation`: the augmentation of images and the mixing of batches. Sources that are not listed use the first seed in every run.',
    ),
  noise: z
    .boolean()
    .default(false)
    .describe(
      'Whether every run is carried out twice with the same seed. The distance between the two is the noise of floating-point arithmetic.',
    ),
})

/** Settings of the comparison between the two frameworks, with every default filled in. */
export type ComparisonSettings = z.output<typeof comparisonSettingsSchema>
/** Name of a metric of the test. */
export type MetricName = z.output<typeof metricNameSchema>
/** Purpose that a run draws random numbers for. */
export type Purpose = z.output<typeof purposeSchema>
