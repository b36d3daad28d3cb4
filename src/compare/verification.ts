import * as z from 'zod'
import { roundingSchema } from '../protocol/judge-rounding.js'
import { rungSchema } from '../protocol/judge-rungs.js'
import { frameworkDifferenceSchema, measureDifferencesMessage } from '../protocol/measure-differences.js'

export const verificationSchema = z
  .strictObject({
    passed: z.boolean().describe('Whether every rung has passed, and every rounding that is judged.'),
    rungs: z
      .array(rungSchema)
      .describe('Of the first phase, then of all that could train. Empty in idiomatic mode.'),
    rounding: z
      .array(roundingSchema)
      .describe("Empty where the experiment's own precision is float64, and in idiomatic mode."),
    differences: z
      .array(frameworkDifferenceSchema)
      .describe('What the two libraries do not have alike in idiomatic mode. Empty in aligned mode.'),
    unexplained: measureDifferencesMessage.result.shape.unexplained,
  })
  .meta({ title: 'Verification' })

/** What the parity ladder has come to, or in idiomatic mode what differs. */
export type Verification = z.output<typeof verificationSchema>

export const verifyEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('rung'), ...rungSchema.shape }),
    z.strictObject({ type: z.literal('rounding'), ...roundingSchema.shape }),
    z.strictObject({ type: z.literal('difference'), ...frameworkDifferenceSchema.shape }),
    z.strictObject({ type: z.literal('verify-finished'), ...verificationSchema.shape }),
  ])
  .meta({ title: 'VerifyEvent' })

/** A rung as it is judged, a difference, or the end of all: a line of `twintune verify --json`. */
export type VerifyEvent = z.output<typeof verifyEventSchema>
