import * as z from 'zod'
import type { Framework } from '../spec/schema.js'

export const exportFormatSchema = z.enum(['safetensors', 'keras', 'saved-model', 'onnx', 'torch-export'])

/** Format that a trained model is exported to. */
export type ExportFormat = z.output<typeof exportFormatSchema>

/** Formats that each framework gives. */
export const formatsOfFrameworks: Readonly<Record<Framework, readonly ExportFormat[]>> = {
  tensorflow: ['safetensors', 'keras', 'saved-model', 'onnx'],
  pytorch: ['safetensors', 'onnx', 'torch-export'],
}
