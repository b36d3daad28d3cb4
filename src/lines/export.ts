import * as z from 'zod'
import { exportReplySchema } from '../protocol/export-model.js'
import { frameworkSchema } from '../spec/schema.js'

export const exportLineSchema = z
  .strictObject({
    type: z.literal('exported'),
    comparisonDirectory: z.string().describe("Absolute path of the comparison's folder."),
    framework: frameworkSchema,
    seed: z.int(),
    folder: z.string().describe('Absolute path of the folder of the export.'),
    ...exportReplySchema.shape,
  })
  .meta({ title: 'ExportLine' })

/** Line of `twintune export --json`: the artefacts of a trained model, and their tests. */
export type ExportLine = z.output<typeof exportLineSchema>
