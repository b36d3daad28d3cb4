import * as z from 'zod'
import { datasetSchema } from '../spec/dataset-schema.js'

const [imageFolder, csv, parquet, huggingFace] = datasetSchema.options
const filledIn = { imageSize: true } as const

/** The data set of a request: complete. */
export const datasetRequestSchema = z.discriminatedUnion('source', [
  imageFolder.required(filledIn),
  csv.required(filledIn),
  parquet.required(filledIn),
  huggingFace.required(filledIn),
])

export type DatasetRequest = z.output<typeof datasetRequestSchema>
