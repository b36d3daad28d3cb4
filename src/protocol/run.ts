import { defineMessage } from './message.js'
import { runProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'
import { finishedRunSchema } from './result.js'

/** Trains and tests once: the whole of one framework × seed. */
export const runMessage = defineMessage({
  name: 'run',
  request: runRequestSchema,
  progress: runProgressSchema,
  /** Result of the run. The worker's parent fills in the seconds `start` and `import`, which are the worker's. */
  result: finishedRunSchema,
})
