import * as z from 'zod'
import { inspectionSchema } from '../protocol/inspect.js'
import { roundingSchema } from '../protocol/judge-rounding.js'
import { rungSchema } from '../protocol/judge-rungs.js'
import { frameworkDifferenceSchema, measureDifferencesMessage } from '../protocol/measure-differences.js'
import { perturbationSchema } from '../protocol/perturbation.js'
import { experimentSchema } from '../spec/schema.js'
import { contractRowSchema } from './comparison.js'

export const shortRunRowSchema = z.strictObject({
  precision: z.enum(['float64', 'float32', 'bfloat16', 'float16']),
  ...contractRowSchema.shape,
})

/** Row of the contract of a short run. */
export type ShortRunRow = z.output<typeof shortRunRowSchema>

const { versions } = inspectionSchema.shape

export const verificationSchema = z
  .strictObject({
    passed: z
      .boolean()
      .describe(
        'Whether every rung has passed, every rounding that is judged, and no row of a short run is different.',
      ),
    rungs: z
      .array(rungSchema)
      .describe('Rungs of the first phase, then of everything trained. Empty in idiomatic mode.'),
    rounding: z
      .array(roundingSchema)
      .describe(
        "Rounding of each engine on each rung. Empty where the experiment's own precision is float64, and in idiomatic mode.",
      ),
    shortRuns: z
      .array(shortRunRowSchema)
      .describe(
        'Rows of the contract of short runs of all phases, which each framework has carried out and judged. Empty in idiomatic mode, for the first phase alone and with a planted difference.',
      ),
    differences: z
      .array(frameworkDifferenceSchema)
      .describe('Differences between the two libraries in idiomatic mode. Empty in aligned mode.'),
    unexplained: measureDifferencesMessage.result.shape.unexplained,
    versions: z
      .strictObject({ tensorflow: versions, pytorch: versions })
      .describe('Versions of the packages that both sides were computed with, by package name.'),
  })
  .meta({ title: 'Verification' })

/** Result of the parity ladder, or in idiomatic mode the differences between the two libraries. */
export type Verification = z.output<typeof verificationSchema>

export const verificationRecordSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    startedAt: z.iso.datetime().describe('Time when the verification began in UTC, as ISO 8601.'),
    experiment: experimentSchema.describe('Experiment with every default filled in.'),
    firstPhaseAlone: z.boolean().describe('Whether only the first phase was looked at.'),
    perturbation: perturbationSchema
      .nullable()
      .describe('Difference that was planted in PyTorch; null for none.'),
    verification: verificationSchema,
  })
  .meta({ title: 'VerificationRecord' })

/** Verification with what it was of, which `<experiment>-verify.json` holds. */
export type VerificationRecord = z.output<typeof verificationRecordSchema>

export const verifyEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('rung'), ...rungSchema.shape }),
    z.strictObject({ type: z.literal('rounding'), ...roundingSchema.shape }),
    z.strictObject({ type: z.literal('short-run'), ...shortRunRowSchema.shape }),
    z.strictObject({ type: z.literal('difference'), ...frameworkDifferenceSchema.shape }),
    z.strictObject({ type: z.literal('verify-finished'), ...verificationSchema.shape }),
  ])
  .meta({ title: 'VerifyEvent' })

/** Line of `twintune verify --json`: a rung as it is judged, a rounding, a difference, or the end; a `ReportLine` follows it. */
export type VerifyEvent = z.output<typeof verifyEventSchema>
