import * as z from 'zod'
import { summarySchema } from '../compare/summary.js'
import { failureSchema } from '../failure.js'
import { epochRecordSchema } from '../protocol/result.js'
import { metricNameSchema } from '../spec/comparison-schema.js'
import { frameworkSchema } from '../spec/schema.js'
import { sweepSchema } from '../spec/sweep-schema.js'

// The test of a trial's run is in none of these: what the search could see, a reader could choose by.

export const trialValuesSchema = z
  .record(z.string(), z.unknown())
  .describe('Values of the parameters, by the paths of the options as the specification writes them.')

export const trialSchema = z
  .strictObject({
    trial: z
      .int()
      .describe('Number of the trial. Trial 0 is the specification as it stands, and has no values.'),
    framework: frameworkSchema,
    status: z
      .enum(['finished', 'pruned', 'failed', 'cancelled'])
      .describe('End of the trial. `pruned`: it was ended early, since it fell behind the other trials.'),
    values: trialValuesSchema,
    objective: z
      .number()
      .nullable()
      .describe(
        'Objective on the validation images, with the weights that the run ended with; null where the trial did not finish.',
      ),
    epochs: z.int().describe('Number of epochs that were trained, in all phases.'),
    seconds: z.number().describe('Time of the trial on its worker, without the import of its framework.'),
    failure: failureSchema.nullable(),
  })
  .meta({ title: 'Trial' })

export const trialRecordSchema = trialSchema.extend({
  history: z.array(epochRecordSchema).describe('Records of the epochs, with the validation after each.'),
})

const shareSchema = z
  .record(z.string(), z.number())
  .describe("Importance of each parameter by Optuna's PED-ANOVA, 0 to 1, in all 1.")

export const importanceSchema = z.strictObject({
  framework: frameworkSchema,
  shares: shareSchema.nullable(),
  problem: z.string().nullable().describe('Reason why there is no importance; null where there is.'),
})

const pairedSchema = z.strictObject({
  pairs: z.int(),
  mean: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  level: z.number().nullable().describe('Confidence level that the interval attains, 0 to 1.'),
  pValue: z.number().nullable(),
})

export const gainSchema = z.strictObject({
  framework: frameworkSchema,
  trial: z.int().describe('Number of the trial whose settings were trained anew.'),
  best: summarySchema.nullable().describe('Test metric of the best settings; null where no run finished.'),
  default: summarySchema
    .nullable()
    .describe('Test metric of the specification as it stands; null where no run finished.'),
  difference: pairedSchema
    .nullable()
    .describe('Best settings minus the specification as it stands, paired by seed; null without a pair.'),
  verdict: z
    .enum(['better', 'worse', 'undecided', 'same'])
    .describe(
      'Whether the best settings beat the specification as it stands by more than the noise of the seeds. `undecided`: the seeds differ by more than the two settings do, or there are too few. `same`: no trial was better than trial 0.',
    ),
})

export const finalSchema = z.strictObject({
  metric: metricNameSchema.describe('Metric of the test images, `comparison.primaryMetric`.'),
  seeds: z.array(z.int()),
  comparisons: z.array(
    z.strictObject({
      role: z.enum(['best', 'default']),
      frameworks: z.array(frameworkSchema),
      trial: z.int(),
      comparisonDirectory: z.string().describe("Path of the comparison's folder."),
    }),
  ),
  gains: z.array(gainSchema),
  between: z
    .strictObject({
      kind: z
        .enum(['comparison', 'tuned'])
        .describe(
          '`comparison`: one specification in both frameworks, with a whole comparison in its folder. `tuned`: each framework has its own best settings, so that the difference is one of settings too.',
        ),
      difference: pairedSchema.nullable().describe('TensorFlow minus PyTorch, paired by seed.'),
    })
    .nullable()
    .describe('Difference of the frameworks at their best; null where the sweep is of one framework.'),
})

const numberOf = z.int()

export const budgetSchema = z.strictObject({
  framework: frameworkSchema,
  planned: numberOf.describe('Number of trials, with trial 0.'),
  finished: numberOf,
  pruned: numberOf,
  failed: numberOf,
  cancelled: numberOf,
  epochs: numberOf.describe('Number of epochs that all trials trained.'),
  seconds: z.number().describe('Time of all trials.'),
})

export const sweepRecordSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    experiment: z.string(),
    status: z
      .enum(['running', 'finished', 'failed', 'cancelled'])
      .describe('Status of the sweep. `failed`: no trial finished. An interrupted one stays `running`.'),
    startedAt: z.iso.datetime().describe('Time when the sweep began in UTC, as ISO 8601.'),
    frameworks: z.array(frameworkSchema),
    settings: sweepSchema,
    metric: metricNameSchema.describe('Metric of the validation images that the trials are ranked by.'),
    direction: z.enum(['maximize', 'minimize']),
    seed: z.int().describe('Seed of the runs of all trials.'),
    trials: z.array(trialSchema).describe('Trials that have ended, in the order of their numbers.'),
    best: z
      .array(z.strictObject({ framework: frameworkSchema, trial: z.int() }))
      .describe(
        'Best trial of each framework by the objective; a framework without a finished trial is missing.',
      ),
    winner: z
      .int()
      .nullable()
      .describe(
        'Number of the trial with the best mean objective of all frameworks, where both try the same values; else null.',
      ),
    importance: z.array(importanceSchema),
    budget: z.array(budgetSchema),
    final: finalSchema
      .nullable()
      .describe('Final comparison over fresh seeds; null before it, or without it.'),
  })
  .meta({ title: 'Sweep' })

/** Trial of a sweep in one framework: its values and what it came to on the validation images. */
export type Trial = z.output<typeof trialSchema>
/** Trial with the records of its epochs, as `trial.json` holds it. */
export type TrialRecord = z.output<typeof trialRecordSchema>
/** Importance of a sweep's parameters in one framework. */
export type Importance = z.output<typeof importanceSchema>
/** Gain of the best settings over the specification as it stands, in one framework. */
export type Gain = z.output<typeof gainSchema>
/** Final comparison of a sweep. */
export type SweepFinal = z.output<typeof finalSchema>
/** Sweep, as `sweep.json` holds it. */
export type Sweep = z.output<typeof sweepRecordSchema>
