import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'
import { defineMessage } from './message.js'

export const inspectionSchema = z.strictObject({
  python: z.string(),
  executable: z.string(),
  versions: z
    .record(z.string(), z.string())
    .describe('Version of each package that bears on the result, by the package name.'),
  devices: z.array(z.string()).describe('Devices as the framework names them, with `cpu` first.'),
  gpuSupport: z
    .string()
    .describe('GPU libraries that the framework was built with and their versions, or `CPU build`.'),
  processors: z
    .array(z.int())
    .nullable()
    .describe(
      'Numbers of the processors that the Python process is bound to; null where the system does not tell.',
    ),
  memoryBytes: z.int(),
  availableMemoryBytes: z.int(),
})

/** Inspection of the machine from within one framework: versions, devices, processors and memory. */
export type Inspection = z.output<typeof inspectionSchema>

/** Looks at the machine, for `doctor` and environment.json; the framework must be imported. */
export const inspectMessage = defineMessage({
  name: 'inspect',
  request: z.strictObject({ framework: frameworkSchema }),
  progress: z.never(),
  result: inspectionSchema,
})
