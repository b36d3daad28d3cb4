import * as z from 'zod'
import { specIssueSchema } from '../spec/issue.js'

export const validateIssueSchema = z
  .strictObject({ type: z.literal('issue'), ...specIssueSchema.shape })
  .meta({ title: 'ValidateIssue' })

export const validSpecLineSchema = z
  .strictObject({
    type: z.literal('valid'),
    experiment: z.string(),
    runs: z.int().describe('Number of runs of a comparison.'),
    trials: z
      .int()
      .nullable()
      .describe('Number of trials that a sweep makes in each framework, with trial 0; null without a sweep.'),
    warnings: z.array(z.string()).describe('Warnings about settings or data that are hardly meant.'),
  })
  .meta({ title: 'ValidSpecLine' })

/** Line of `twintune validate --json` about an issue. */
export type ValidateIssue = z.output<typeof validateIssueSchema>
/** Line of `twintune validate --json` about a valid specification. */
export type ValidSpecLine = z.output<typeof validSpecLineSchema>
