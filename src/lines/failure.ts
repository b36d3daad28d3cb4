import * as z from 'zod'
import { failureSchema } from '../failure.js'

/** Schema of the last line of `--json` when a command ends before its work is done. */
export const failureLineSchema = z
  .strictObject({ type: z.literal('failure'), failure: failureSchema })
  .meta({ title: 'FailureLine' })

/** Line of any command's `--json` that tells the failure which ended the command. */
export type FailureLine = z.output<typeof failureLineSchema>
