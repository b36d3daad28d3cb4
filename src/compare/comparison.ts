import * as z from 'zod'
import { failureSchema } from '../failure.js'
import { runResultSchema } from '../protocol/result.js'
import { metricNameSchema, purposeSchema } from '../spec/comparison-schema.js'
import { shardSchema } from '../spec/shard.js'
import { disagreementSchema } from './disagreement.js'
import { judgementSchema } from './judgement.js'
import { lookSchema } from './looks.js'
import { mergedSchema } from './merging.js'
import { noiseSchema } from './noise.js'
import { summarySchema } from './summary.js'

export const verdictSchema = z.enum([
  'tensorflow',
  'pytorch',
  'equivalent',
  'inconclusive',
  'different work',
  'not trained',
])

export const pairedEstimateSchema = z.strictObject({
  mean: z.number(),
  interval: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe('Confidence interval of the mean, which inverts the sign-flip test; null for one pair.'),
  level: z.number().nullable().describe('Confidence level that the interval attains.'),
  pValue: z
    .number()
    .nullable()
    .describe(
      'P-value of the two-sided paired sign-flip test: exact up to 14 pairs, over sampled flips beyond; null for one pair.',
    ),
  pairs: z.int(),
})

const moreSeedsSchema = z
  .int()
  .nullable()
  .describe(
    'Number of seeds to add: 0 where the question is settled already, null where no number can be named, as where some seeds have no pair.',
  )

export const differenceSchema = pairedEstimateSchema.extend({
  adjustedPValue: z
    .number()
    .nullable()
    .describe(
      "P-value adjusted by Holm's method over all metrics but the primary one, which is tested alone and has null here.",
    ),
  moreSeeds: z
    .strictObject({
      difference: moreSeedsSchema,
      equivalence: moreSeedsSchema.describe(
        'Number of seeds to add to show equivalence; null also for a metric without a margin.',
      ),
    })
    .describe(
      'Estimates for planning: how many seeds would have to be added to show a difference, or equivalence, with a power of 80% if the observed mean and spread were the true ones.',
    ),
  margin: z
    .number()
    .nullable()
    .optional()
    .describe(
      'Largest difference that is of no consequence, in the unit of the metric; null for a metric without a margin, missing in results of earlier versions.',
    ),
  equivalence: z
    .strictObject({
      interval: z.tuple([z.number(), z.number()]),
      level: z.number().describe('Confidence level that the interval attains.'),
    })
    .nullable()
    .optional()
    .describe(
      'Interval that decides about equivalence, whose level is lower than that of the other interval; null where there is none, missing in results of earlier versions.',
    ),
  verdict: verdictSchema
    .nullable()
    .describe('Verdict for this test set, which the primary metric alone has; null for every other metric.'),
  reason: z.string().nullable().describe('Reason for the verdict, in a sentence or two.'),
})

// Over the seeds in which both frameworks have a value; over all runs where there is no such seed.
const summaries = { tensorflow: summarySchema.nullable(), pytorch: summarySchema.nullable() }

export const metricComparisonSchema = z.strictObject({
  ...summaries,
  difference: differenceSchema
    .nullable()
    .describe('TensorFlow minus PyTorch, paired by seed; null where no seed has both frameworks.'),
})

export const throughputSchema = z.strictObject({
  ...summaries,
  ratio: pairedEstimateSchema
    .nullable()
    .describe(
      "Ratio of TensorFlow's images a second to PyTorch's. The mean is the geometric mean; mean and interval are those of the paired logarithms, turned back into ratios.",
    ),
})

export const contractRowSchema = z.strictObject({
  ingredient: z.string(),
  state: z
    .enum(['identical', 'equivalent', 'different', 'unchecked'])
    .describe('State of the ingredient. `unchecked`: there was nothing to look at, or no one looked.'),
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
    contract: z
      .array(contractRowSchema)
      .describe('Rows of the fairness contract; empty unless both frameworks finished a seed.'),
    judgements: z
      .array(judgementSchema)
      .default([])
      .describe("Judgements of each framework's runs by the other, which rows of the contract rest on."),
    unjudged: z
      .array(
        z.strictObject({
          seed: z.int(),
          code: failureSchema.shape.code,
          message: z.string(),
        }),
      )
      .default([])
      .describe('Judgements that failed, and why. `twintune resume` makes them.'),
    looks: z
      .array(lookSchema)
      .default([])
      .describe(
        'Looks at the result: more than one where seeds were added after it had been seen. The last one is that of this verdict; empty where there is none yet, and in results of earlier versions.',
      ),
    vary: z
      .array(purposeSchema)
      .describe(
        'Sources of randomness that differ from seed to seed, which the conclusions take into account.',
      ),
    primaryMetric: metricNameSchema,
    metrics: z.strictObject({
      accuracy: metricComparisonSchema,
      topFiveAccuracy: metricComparisonSchema.describe(
        'Top-5 accuracy; every value is null for five classes or fewer.',
      ),
      macroF1: metricComparisonSchema,
      loss: metricComparisonSchema,
      calibrationError: metricComparisonSchema,
    }),
    throughput: throughputSchema.describe(
      'Images a second in training, paired by seed: the median epoch of each run, among the epochs that run the backbone where there are any. Runs that other programs disturbed are left out.',
    ),
    disagreement: z
      .array(disagreementSchema)
      .describe(
        'Disagreement of the two models for each seed that both frameworks finished; disagreements.json has the images. A seed whose answers cannot be compared is missing.',
      ),
    shard: shardSchema
      .nullable()
      .default(null)
      .describe(
        'Shard that this is of a comparison, which `twintune merge` joins with the others; null for a whole comparison.',
      ),
    merged: mergedSchema
      .nullable()
      .default(null)
      .describe(
        'Parts that the comparison was merged from, and what differs between their machines; null for a comparison of one part.',
      ),
    noise: noiseSchema
      .nullable()
      .describe('Noise of floating-point arithmetic; null unless every run was repeated.'),
  })
  .meta({ title: 'Comparison' })

/** Comparison of the two frameworks and its evidence, which `comparison.json` holds. */
export type Comparison = z.output<typeof comparisonSchema>
/** Row of the fairness contract: one ingredient, whether it was the same on both sides, and the evidence. */
export type ContractRow = z.output<typeof contractRowSchema>
/** Comparison of the frameworks in one metric of the test. */
export type MetricComparison = z.output<typeof metricComparisonSchema>
/** Training speed of the two frameworks, and the ratio of the two. */
export type ThroughputComparison = z.output<typeof throughputSchema>
/** Estimate of TensorFlow minus PyTorch, paired by seed. */
export type PairedEstimate = z.output<typeof pairedEstimateSchema>
/** Difference TensorFlow minus PyTorch, paired by seed, and the conclusions from it. */
export type Difference = z.output<typeof differenceSchema>
