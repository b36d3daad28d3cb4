import * as z from 'zod'
import { defineMessage } from './message.js'

/** Appends all that Python and its children print from now on to another file, whose folder must exist. */
export const logToMessage = defineMessage({
  name: 'log-to',
  request: z.strictObject({ file: z.string() }),
  progress: z.never(),
  result: z.strictObject({}),
})
