import { defineMessage } from './message.js'
import { runProgressSchema } from './progress.js'
import { runRequestSchema } from './request-parts.js'
import { finishedRunSchema } from './result.js'

/** Trains and tests once: the whole of one framework × seed. */
export const runMessage = defineMessage({
  name: 'run',
  request: runRequestSchema,
  progress: runProgressSchema,
  /** `start` and `import` are of the worker, so its parent fills them in. */
  result: finishedRunSchema,
})
