import * as z from 'zod'
import { runResultSchema } from '../protocol/result.js'
import { disagreementSchema } from './disagreement.js'

export const summarySchema = z.strictObject({
  mean: z.number(),
  std: z.number().describe('Sample standard deviation; 0 for one seed.'),
  min: z.number(),
  median: z.number(),
  max: z.number(),
})

export const verdictSchema = z.enum(['tensorflow', 'pytorch', 'equivalent', 'inconclusive'])

export const pairedEstimateSchema = z.strictObject({
  mean: z.number(),
  interval: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe('Inverts the sign-flip test; null for one pair.'),
  level: z.number().nullable().describe('Confidence level that the interval attains.'),
  pValue: z
    .number()
    .nullable()
    .describe(
      'Paired sign-flip test, two-sided: exact up to 14 pairs, over sampled flips beyond; null for one pair.',
    ),
  pairs: z.int(),
})

export const differenceSchema = pairedEstimateSchema.extend({
  verdict: verdictSchema,
  reason: z.string().describe('Why this verdict, in a sentence.'),
})

const summaries = { tensorflow: summarySchema.nullable(), pytorch: summarySchema.nullable() }

export const metricComparisonSchema = z.strictObject({
  ...summaries,
  difference: differenceSchema.nullable(),
})

export const secondaryMetricComparisonSchema = z.strictObject({
  ...summaries,
  difference: pairedEstimateSchema
    .nullable()
    .describe('Without a verdict: the more metrics are asked, the sooner one of them differs by chance.'),
})

export const contractRowSchema = z.strictObject({
  ingredient: z.string(),
  state: z.enum(['identical', 'equivalent', 'different']),
  evidence: z.string(),
})

export const comparisonSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    experiment: z.string(),
    mode: z.enum(['aligned', 'idiomatic']),
    status: z.enum(['finished', 'failed', 'cancelled']),
    runs: z.array(runResultSchema),
    contract: z.array(contractRowSchema).describe('Empty unless both frameworks finished a seed.'),
    metrics: z.strictObject({
      accuracy: metricComparisonSchema,
      topFiveAccuracy: secondaryMetricComparisonSchema.describe('All null for five classes or fewer.'),
      macroF1: secondaryMetricComparisonSchema,
      loss: metricComparisonSchema,
      calibrationError: secondaryMetricComparisonSchema,
    }),
    disagreement: z
      .array(disagreementSchema)
      .describe(
        'Of each seed that both frameworks finished; disagreements.json has the images. A seed whose answers can not be compared is missing.',
      ),
  })
  .meta({ title: 'Comparison' })

/** How the two frameworks compare, and on what evidence (`comparison.json`). */
export type Comparison = z.output<typeof comparisonSchema>
export type ContractRow = z.output<typeof contractRowSchema>
export type MetricComparison = z.output<typeof metricComparisonSchema>
export type MetricSummary = z.output<typeof summarySchema>
/** A metric that is shown with its differences and decides nothing. */
export type SecondaryMetricComparison = z.output<typeof secondaryMetricComparisonSchema>
/** TensorFlow minus PyTorch, paired by seed. */
export type PairedEstimate = z.output<typeof pairedEstimateSchema>
/** TensorFlow minus PyTorch, paired by seed, and what follows from it. */
export type Difference = z.output<typeof differenceSchema>
