import * as z from 'zod'
import { roundingSchema } from '../protocol/judge-rounding.js'
import { rungSchema } from '../protocol/judge-rungs.js'

export const verificationSchema = z
  .strictObject({
    passed: z.boolean().describe('Whether every rung has passed, and every rounding that is judged.'),
    rungs: z.array(rungSchema).describe('Of the first phase, then of all that could train.'),
    rounding: z.array(roundingSchema).describe("Empty where the experiment's own precision is float64."),
  })
  .meta({ title: 'Verification' })

/** What the parity ladder has come to. */
export type Verification = z.output<typeof verificationSchema>

export const verifyEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('rung'), ...rungSchema.shape }),
    z.strictObject({ type: z.literal('rounding'), ...roundingSchema.shape }),
    z.strictObject({ type: z.literal('verify-finished'), ...verificationSchema.shape }),
  ])
  .meta({ title: 'VerifyEvent' })

/** A rung as it is judged, or the end of all: a line of `twintune verify --json`. */
export type VerifyEvent = z.output<typeof verifyEventSchema>
