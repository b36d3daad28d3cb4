import * as z from 'zod'
import { exportFormatSchema } from './export-format.js'
import { trainedModelSchema } from './load-model.js'
import { defineMessage } from './message.js'
import { checkingProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'
import { evaluationMetricsSchema } from './result.js'

export const exportTieSchema = z
  .strictObject({
    position: z.int().describe('Position of the image in the test set, from 0.'),
    image: z.string(),
    label: z.string(),
    run: z.string().describe('Class that the run took the image for.'),
    artefact: z.string().describe('Class that the artefact takes the image for.'),
    gap: z
      .number()
      .describe("Distance of the run's two largest outputs, as a share of the largest output of the test."),
  })
  .describe('Test image that the artefact takes for another class than the run did, within rounding.')

export const exportedArtefactSchema = z
  .strictObject({
    format: exportFormatSchema,
    files: z
      .array(
        z.strictObject({
          file: z.string().describe('Path in the folder of the export.'),
          bytes: z.int(),
        }),
      )
      .describe('Files that the format needs.'),
    runtime: z.string().describe('Runtime that the artefact was tested in, with its version.'),
    metrics: evaluationMetricsSchema.describe('Metrics of the artefact on the test set, in that runtime.'),
    difference: z
      .number()
      .describe(
        "Largest difference between an output of the artefact and the run's, as a share of the largest output of the test.",
      ),
    bound: z.number().describe('Largest such difference that rounding explains.'),
    ties: z.array(exportTieSchema).describe('Test images with another class, within rounding.'),
  })
  .describe(
    'Artefact of an export, and its test in its own runtime, in a process that did not import twintune.',
  )

export const exportReplySchema = z.strictObject({
  model: trainedModelSchema,
  weights: z
    .strictObject({
      source: z.string(),
      licence: z.string().nullable().describe('Licence; null where nothing on the machine says it.'),
    })
    .describe('Weights that the backbone began with.'),
  output: z.enum(['logits', 'probabilities']).describe('Numbers that the artefacts give.'),
  images: z.int().describe('Number of test images.'),
  metrics: evaluationMetricsSchema.describe('Metrics of the run, from the outputs that it kept of its test.'),
  accuracyInterval: z
    .tuple([z.number(), z.number()])
    .describe("Wilson's interval of 95% for the run's accuracy on images of the same kind."),
  artefacts: z.array(exportedArtefactSchema),
  versions: z.record(z.string(), z.string()).describe('Versions of Python and of its packages.'),
})

/** Exports the trained model of a run, and tests each artefact. The framework is imported already. */
export const exportModelMessage = defineMessage({
  name: 'export-model',
  request: z.strictObject({
    run: runRequestSchema.describe("Request of the finished run; its folder is the run's."),
    formats: z.array(exportFormatSchema),
    folder: z.string().describe('Absolute path of an empty folder for the artefacts.'),
  }),
  progress: z.discriminatedUnion('type', [
    checkingProgressSchema,
    z.strictObject({
      type: z.literal('exporting'),
      format: exportFormatSchema,
      step: z.enum(['write', 'check']),
    }),
  ]),
  result: exportReplySchema,
})

export type ExportProgress = z.output<typeof exportModelMessage.progress>
/** Artefact of an export, with its test. */
export type ExportedArtefact = z.output<typeof exportedArtefactSchema>
/** Trained model's export, as Python reports it. */
export type ExportReply = z.output<typeof exportReplySchema>
