import * as z from 'zod'
import { defineMessage } from './message.js'

/** From now on what Python and its children print is appended to another file, which there must be a folder for. */
export const logToMessage = defineMessage({
  name: 'log-to',
  request: z.strictObject({ file: z.string() }),
  progress: z.never(),
  result: z.strictObject({}),
})
