import * as z from 'zod'
import { runResultSchema } from '../protocol/result.js'
import { metricNameSchema, purposeSchema } from '../spec/comparison-schema.js'
import { disagreementSchema } from './disagreement.js'
import { noiseSchema } from './noise.js'
import { summarySchema } from './summary.js'

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

const moreSeedsSchema = z
  .int()
  .nullable()
  .describe(
    '0 where it is shown already; null where no number of seeds can be named, as where some seeds have no pair.',
  )

export const differenceSchema = pairedEstimateSchema.extend({
  adjustedPValue: z
    .number()
    .nullable()
    .describe("By Holm's method over all metrics but the primary one, which is tested alone and has none."),
  moreSeeds: z
    .strictObject({
      difference: moreSeedsSchema,
      equivalence: moreSeedsSchema.describe('null also for a metric without a margin.'),
    })
    .describe(
      'How many seeds would have to be added to show the one or the other with a power of 80%, were the observed mean and spread the true ones: an estimate to plan with.',
    ),
  verdict: verdictSchema.nullable().describe('Of the primary metric alone, for this test set.'),
  reason: z.string().nullable().describe('Why this verdict, in a sentence or two.'),
})

const summaries = { tensorflow: summarySchema.nullable(), pytorch: summarySchema.nullable() }

export const metricComparisonSchema = z.strictObject({
  ...summaries,
  difference: differenceSchema.nullable().describe('null where no seed has both frameworks.'),
})

export const throughputSchema = z.strictObject({
  ...summaries,
  ratio: pairedEstimateSchema
    .nullable()
    .describe(
      "TensorFlow's images a second over PyTorch's: mean (the geometric one) and interval are those of the paired logarithms, taken back.",
    ),
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
    repeats: z
      .array(runResultSchema)
      .describe('Second runs with the same seed, which show the noise and count for nothing else.'),
    contract: z.array(contractRowSchema).describe('Empty unless both frameworks finished a seed.'),
    vary: z.array(purposeSchema).describe('What the seeds decide, and the conclusions so take account of.'),
    primaryMetric: metricNameSchema,
    metrics: z.strictObject({
      accuracy: metricComparisonSchema,
      topFiveAccuracy: metricComparisonSchema.describe('All null for five classes or fewer.'),
      macroF1: metricComparisonSchema,
      loss: metricComparisonSchema,
      calibrationError: metricComparisonSchema,
    }),
    throughput: throughputSchema.describe(
      'Images a second in training: the median epoch of each run, of those that run the backbone where there are any; paired by seed.',
    ),
    disagreement: z
      .array(disagreementSchema)
      .describe(
        'Of each seed that both frameworks finished; disagreements.json has the images. A seed whose answers can not be compared is missing.',
      ),
    noise: noiseSchema.nullable().describe('null unless every run was repeated.'),
  })
  .meta({ title: 'Comparison' })

/** How the two frameworks compare, and on what evidence (`comparison.json`). */
export type Comparison = z.output<typeof comparisonSchema>
export type ContractRow = z.output<typeof contractRowSchema>
export type MetricComparison = z.output<typeof metricComparisonSchema>
/** How fast the two trained. */
export type ThroughputComparison = z.output<typeof throughputSchema>
/** TensorFlow minus PyTorch, paired by seed. */
export type PairedEstimate = z.output<typeof pairedEstimateSchema>
/** TensorFlow minus PyTorch, paired by seed, and what follows from it. */
export type Difference = z.output<typeof differenceSchema>
