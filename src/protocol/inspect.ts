import * as z from 'zod'
import { frameworkSchema } from '../spec/schema.js'
import { defineMessage } from './message.js'

/** What the machine offers one framework, for `doctor` and environment.json; the framework must be imported. */
export const inspectMessage = defineMessage({
  name: 'inspect',
  request: z.strictObject({ framework: frameworkSchema }),
  progress: z.never(),
  result: z.strictObject({
    python: z.string(),
    executable: z.string(),
    versions: z.record(z.string(), z.string()),
    devices: z.array(z.string()).describe('As the framework names them; `cpu` first.'),
    gpuSupport: z.string().describe('How the framework was built: CUDA version, or that it is a CPU build.'),
    memoryBytes: z.int(),
    availableMemoryBytes: z.int(),
  }),
})
