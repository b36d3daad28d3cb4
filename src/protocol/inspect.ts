import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'
import { defineMessage } from './message.js'

export const inspectionSchema = z.strictObject({
  python: z.string(),
  executable: z.string(),
  versions: z.record(z.string(), z.string()).describe('Of each package that bears on the result.'),
  devices: z.array(z.string()).describe('As the framework names them; `cpu` first.'),
  gpuSupport: z.string().describe('How the framework was built: CUDA version, or that it is a CPU build.'),
  processors: z
    .array(z.int())
    .nullable()
    .describe('Numbers of the processors that its process is bound to; null where the system does not tell.'),
  memoryBytes: z.int(),
  availableMemoryBytes: z.int(),
})

/** What a machine offers one framework. */
export type Inspection = z.output<typeof inspectionSchema>

/** Looks at the machine, for `doctor` and environment.json; the framework must be imported. */
export const inspectMessage = defineMessage({
  name: 'inspect',
  request: z.strictObject({ framework: frameworkSchema }),
  progress: z.never(),
  result: inspectionSchema,
})
