import * as z from 'zod'
import { metricNameSchema } from './comparison-schema.js'
import { positive } from './fields.js'
import { largestSeed, mostSeeds } from './seeds.js'

/** Most trials of each framework. */
export const mostTrials = 100_000

const rising = 'the first end must be less than the second'

export const parameterSchema = z.union([
  z.strictObject({
    logUniform: z
      .tuple([positive, positive])
      .refine(([low, high]) => low < high, rising)
      .describe('Two ends above 0. A value between them is drawn evenly on a logarithmic scale.'),
  }),
  z.strictObject({
    uniform: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low < high, rising)
      .describe('Two ends. A value between them is drawn evenly.'),
  }),
  z.strictObject({
    int: z
      .tuple([z.int(), z.int()])
      .refine(([low, high]) => low < high, rising)
      .describe('Two whole numbers. A whole number from the first to the second is drawn evenly.'),
  }),
  z.strictObject({
    choice: z
      .array(z.unknown())
      .min(1)
      // Each is tried in the specification before the start, which takes a millisecond.
      .max(1000)
      .describe('List of values that the option may have, of whichever kind the option takes.'),
  }),
])

export const sweepSchema = z.strictObject({
  parameters: z
    .record(z.string(), parameterSchema)
    .refine((parameters) => Object.keys(parameters).length > 0, 'must not be empty')
    .describe(
      'Parameters that are searched, by the paths of their options, such as `training.phases[0].optimizer.learningRate`. Each has a range (`logUniform`, `uniform`, `int`) or a list of values (`choice`).',
    ),
  strategy: z
    .enum(['grid', 'random', 'optuna'])
    .default('random')
    .describe(
      'Way in which the values of a trial are chosen. `grid`: every combination of the `choice` and `int` parameters. `random`: drawn by `searchSeed`. `optuna`: by a sampler of Optuna that learns from the trials before it.',
    ),
  sampler: z
    .enum(['tpe', 'gp', 'qmc'])
    .optional()
    .describe(
      'Sampler of Optuna. `tpe`: Tree-structured Parzen Estimator. `gp`: Gaussian process, which needs PyTorch. `qmc`: quasi-Monte Carlo sequence. Without it, `tpe`. It needs `strategy: optuna`.',
    ),
  trials: z
    .int()
    .min(1)
    .max(mostTrials)
    .optional()
    .describe(
      'Number of trials of each framework, beside the trial of the specification as it stands. Without it, 20. A grid has one trial for each combination and takes no number.',
    ),
  objective: metricNameSchema
    .optional()
    .describe(
      'Metric of the validation images that trials are ranked by, at the end of the training. Without it, `comparison.primaryMetric`. The test images decide nothing in a sweep.',
    ),
  search: z
    .enum(['paired', 'independent'])
    .default('paired')
    .describe(
      'Trials of the two frameworks. `paired`: both frameworks try the same values. `independent`: each framework is searched by itself, with as many trials as the other.',
    ),
  pruning: z
    .enum(['none', 'median', 'hyperband'])
    .default('none')
    .describe(
      "Rule that ends trials early, by the objective after each epoch. `median`: a trial that is worse than the median of the framework's earlier trials at the same epoch. `hyperband`: successive halving in several brackets. Both are Optuna's.",
    ),
  searchSeed: z
    .int()
    .min(0)
    .max(largestSeed)
    .default(0)
    .describe(
      'Seed of the search itself: the same seed draws the same values. Runs have seeds of their own.',
    ),
  finalSeeds: z
    .array(z.int().min(0).max(largestSeed))
    .min(1)
    .max(mostSeeds)
    .optional()
    .describe(
      'Seeds of the final comparison, in which the best settings and the specification as it stands are trained anew and tested. None may be the first of `seeds`, which all trials use. Without it, as many seeds as `seeds` has, counted on from the largest.',
    ),
})

/** Sweep of a specification, with every default filled in. */
export type SweepSettings = z.output<typeof sweepSchema>
/** Parameter of a sweep: a range or a list of values. */
export type SweepParameter = z.output<typeof parameterSchema>
