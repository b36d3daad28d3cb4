import * as z from 'zod'
import { roundingSchema } from '../protocol/judge-rounding.js'
import { rungSchema } from '../protocol/judge-rungs.js'
import { frameworkDifferenceSchema, measureDifferencesMessage } from '../protocol/measure-differences.js'

export const verificationSchema = z
  .strictObject({
    passed: z.boolean().describe('Whether every rung has passed, and every rounding that is judged.'),
    rungs: z
      .array(rungSchema)
      .describe('Rungs of the first phase, then of everything trained. Empty in idiomatic mode.'),
    rounding: z
      .array(roundingSchema)
      .describe(
        "Rounding of each engine on each rung. Empty where the experiment's own precision is float64, and in idiomatic mode.",
      ),
    differences: z
      .array(frameworkDifferenceSchema)
      .describe('Differences between the two libraries in idiomatic mode. Empty in aligned mode.'),
    unexplained: measureDifferencesMessage.result.shape.unexplained,
  })
  .meta({ title: 'Verification' })

/** Result of the parity ladder, or in idiomatic mode the differences between the two libraries. */
export type Verification = z.output<typeof verificationSchema>

export const verifyEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('rung'), ...rungSchema.shape }),
    z.strictObject({ type: z.literal('rounding'), ...roundingSchema.shape }),
    z.strictObject({ type: z.literal('difference'), ...frameworkDifferenceSchema.shape }),
    z.strictObject({ type: z.literal('verify-finished'), ...verificationSchema.shape }),
  ])
  .meta({ title: 'VerifyEvent' })

/** Line of `twintune verify --json`: a rung as it is judged, a rounding, a difference, or the end. */
export type VerifyEvent = z.output<typeof verifyEventSchema>
