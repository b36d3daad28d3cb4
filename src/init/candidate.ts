import * as z from 'zod'

const splitSchema = z.strictObject({
  path: z.string().describe('Path from the folder that was looked at.'),
  images: z.int().describe('Number of images, or of rows of a table.'),
})

export const candidateSchema = z.strictObject({
  source: z.enum(['imagefolder', 'csv', 'parquet']),
  train: splitSchema,
  validation: splitSchema.nullable(),
  test: splitSchema.nullable(),
  classes: z.array(z.string()).describe('Names of the classes, sorted.'),
  columns: z
    .record(z.string(), z.string())
    .describe('Columns of a table by the field of the specification that names them, such as `labelColumn`.'),
  remarks: z.array(z.string()).describe('Sentences about what was left out, and why.'),
})

/** Data set that `init` found in a folder, with all that a specification has to say of it. */
export type Candidate = z.output<typeof candidateSchema>

/** Number of images that a data set has in all its splits. */
export function imagesOf({ train, validation, test }: Candidate): number {
  return train.images + (validation?.images ?? 0) + (test?.images ?? 0)
}
