import * as z from 'zod'
import { defineMessage } from './message.js'

/** The first call of a Python: makes the process safe to work in (signals, death with its parent, crash dumps). */
export const prepareMessage = defineMessage({
  name: 'prepare',
  request: z.strictObject({}),
  progress: z.never(),
  result: z.strictObject({ pid: z.int() }),
})
