import * as z from 'zod'
import { failureSchema } from '../failure.js'

/** What ended a command before its work was done: the last line of `--json`. */
export const failureLineSchema = z
  .strictObject({ type: z.literal('failure'), failure: failureSchema })
  .meta({ title: 'FailureLine' })

/** The line of any command's `--json` that says what ended it. */
export type FailureLine = z.output<typeof failureLineSchema>
