import * as z from 'zod'
import { specIssueSchema } from '../spec/issue.js'

export const validateIssueSchema = z
  .strictObject({ type: z.literal('issue'), ...specIssueSchema.shape })
  .meta({ title: 'ValidateIssue' })

/** A line of `twintune validate --json`. */
export type ValidateIssue = z.output<typeof validateIssueSchema>
