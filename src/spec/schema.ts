import * as z from 'zod'
import { augmentationSchema } from './augmentation-schema.js'
import { comparisonSettingsSchema } from './comparison-schema.js'
import { datasetSchema } from './dataset-schema.js'
import { modelSchema } from './model-schema.js'
import { largestSeed, mostSeeds } from './seeds.js'
import { sweepSchema } from './sweep-schema.js'
import { trainingSchema } from './training-schema.js'

// Defaults stand only here and in the files that this schema is made of, and nothing is transformed: shorthands are
// expanded in plan/, so that `z.toJSONSchema(experimentSchema, { io: 'input' })` is total. Rules that bind several fields
// are in cross-field-rules.ts, which says why they aren't refinements.

export const frameworkSchema = z.enum(['tensorflow', 'pytorch'])

/** Schema of an experiment's specification, which the JSON Schema is made from. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Address or path of the JSON Schema of this file, for editors.'),
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
        'must be at most 100 letters, digits, dots, dashes and underscores',
      )
      .describe("Name of the experiment. The name of the comparison's folder begins with it."),
    mode: z
      .enum(['aligned', 'idiomatic'])
      .default('aligned')
      .describe(
        'Way of comparing. `aligned`: both frameworks use the same weights, pixels and arithmetic. `idiomatic`: each framework uses its own model library, preprocessing and defaults.',
      ),
    frameworks: z
      .array(frameworkSchema)
      .min(1)
      .default(['tensorflow', 'pytorch'])
      .describe(
        'Frameworks that are run. The first seed runs them in this order, and each further seed turns the order.',
      ),
    dataset: datasetSchema.describe('Images to train, validate and test on, and how they are split.'),
    augmentation: augmentationSchema
      .prefault({})
      .describe('Random changes to the training images. Both frameworks see the same changed pixels.'),
    model: modelSchema.describe('Model: a pretrained backbone, its weights and a new head.'),
    training: trainingSchema
      .prefault({})
      .describe('Training: its phases, one after the other, and the settings that hold for all of them.'),
    seeds: z
      .array(z.int().min(0).max(largestSeed))
      .min(1)
      .max(mostSeeds)
      .default([0, 1, 2])
      .describe(
        'Seeds of the runs: each seed gives one run of each framework, and the runs of a seed are compared as a pair. A winner needs at least six pairs.',
      ),
    comparison: comparisonSettingsSchema
      .prefault({})
      .describe(
        'Settings of the comparison: the metric and the margins that decide, and what differs from seed to seed.',
      ),
    sweep: sweepSchema
      .optional()
      .describe(
        'Sweep that `twintune sweep` carries out: which options are searched, and how. No other command looks at it.',
      ),
    device: z
      .string()
      .regex(/^(auto|cpu|gpu(:\d+)?)$/, 'must be auto, cpu, gpu or gpu:N')
      .default('auto')
      .describe(
        'Device that the frameworks compute on: `cpu`; `gpu` (the first GPU that the framework sees) or `gpu:N` (counted from 0); or `auto` (a GPU where there is one).',
      ),
    deterministic: z
      .boolean()
      .default(false)
      .describe(
        'Whether each framework uses its deterministic kernels. A second run with the same seed then gives the same bits, and is slower.',
      ),
    profile: z
      .boolean()
      .default(false)
      .describe(
        "Whether each run ends by measuring how a training step divides its time: transfer, forward pass, backward pass, optimiser. The measurement counts for none of the run's times.",
      ),
  })
  .meta({ title: 'Experiment' })

/** Experiment with every default filled in. */
export type Experiment = z.output<typeof experimentSchema>
/** Experiment as a user writes it, in which fields with a default may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>
/** Name of a framework, as specifications and events have it. */
export type Framework = z.output<typeof frameworkSchema>
