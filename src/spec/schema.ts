import * as z from 'zod'
import { augmentationSchema } from './augmentation-schema.js'
import { comparisonSettingsSchema } from './comparison-schema.js'
import { datasetSchema } from './dataset-schema.js'
import { modelSchema } from './model-schema.js'
import { trainingSchema } from './training-schema.js'

// Defaults stand only here and in the files that this one is made of, and nothing is transformed: shorthands are
// expanded in plan/, so that `z.toJSONSchema(experimentSchema, { io: 'input' })` is total. Rules that bind several fields
// are in cross-field-rules.ts.

export const frameworkSchema = z.enum(['tensorflow', 'pytorch'])

/** The specification of an experiment, as product and JSON Schema know it. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('The JSON Schema, for editors.'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits, dots, dashes and underscores')
      .describe('Names the run folder.'),
    mode: z
      .enum(['aligned', 'idiomatic'])
      .default('aligned')
      .describe(
        "`aligned`: the same weights, pixels and arithmetic in both. `idiomatic`: each framework's own.",
      ),
    frameworks: z
      .array(frameworkSchema)
      .min(1)
      .default(['tensorflow', 'pytorch'])
      .describe('What runs, in this order with the first seed.'),
    dataset: datasetSchema.describe('The images, and how they are split.'),
    augmentation: augmentationSchema
      .prefault({})
      .describe('Of the training images; the same pixels in both frameworks in aligned mode.'),
    model: modelSchema.describe('A backbone, its weights and a new head.'),
    training: trainingSchema.prefault({}).describe('Phases, one after the other, and what holds for all.'),
    seeds: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      )
      .min(1)
      .default([0, 1, 2])
      .describe('A run of each framework for each; pairs of runs have the seed in common.'),
    comparison: comparisonSettingsSchema
      .prefault({})
      .describe('What the two frameworks are compared by, and what a seed decides.'),
    device: z
      .string()
      .regex(/^(auto|cpu|gpu(:\d+)?)$/, 'must be auto, cpu, gpu or gpu:N')
      .default('auto')
      .describe(
        '`cpu`; `gpu`, the first one that the framework sees, or `gpu:N`, counted from 0; or `auto`, a GPU where there is one.',
      ),
    deterministic: z
      .boolean()
      .default(false)
      .describe("Each framework's deterministic kernels: a rerun is bit-equal, and slower."),
    profile: z
      .boolean()
      .default(false)
      .describe(
        "After each run, what a training step spends its time on: transfer, forward, backward, optimiser. No part of the run's times.",
      ),
  })
  .meta({ title: 'Experiment' })

/** An experiment with every default filled in. */
export type Experiment = z.output<typeof experimentSchema>
/** An experiment as a user writes it. */
export type ExperimentInput = z.input<typeof experimentSchema>
export type Framework = z.output<typeof frameworkSchema>
