import * as z from 'zod'
import { defineMessage } from './message.js'

/** Binds Python and all of its threads to processors, where the system can (Linux). */
export const useProcessorsMessage = defineMessage({
  name: 'use-processors',
  request: z.strictObject({ processors: z.array(z.int()).min(1).describe('Numbers of the processors.') }),
  progress: z.never(),
  result: z.strictObject({}),
})
