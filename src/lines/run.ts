import * as z from 'zod'
import { comparisonSchema } from '../compare/comparison.js'
import { runResultSchema } from '../protocol/result.js'

const runFields = {
  comparisonDirectory: z.string().describe('Absolute.'),
  name: z.string().describe("The folder's."),
  experiment: z.string(),
  mode: z.enum(['aligned', 'idiomatic']),
  status: z
    .enum(['finished', 'failed', 'cancelled', 'running', 'interrupted'])
    .describe('`running`: a process works on it. `interrupted`: none does, and nothing says that it ended.'),
  startedAt: z.iso.datetime().describe('UTC.'),
}

const meanAccuracy = z.number().nullable()

export const runListedLineSchema = z
  .strictObject({
    type: z.literal('run-listed'),
    ...runFields,
    runs: z.int(),
    finished: z.int(),
    accuracy: z
      .strictObject({ tensorflow: meanAccuracy, pytorch: meanAccuracy })
      .describe('Mean test accuracy, 0 to 1.'),
  })
  .meta({ title: 'RunListedLine' })

export const runShownLineSchema = z
  .strictObject({
    type: z.literal('run-shown'),
    ...runFields,
    comparison: comparisonSchema.nullable(),
    results: z.array(runResultSchema).describe('What each run came to so far.'),
  })
  .meta({ title: 'RunShownLine' })

/** A line of `twintune list --json`: one run folder. */
export type RunListedLine = z.output<typeof runListedLineSchema>

/** The line of `twintune show --json`: all of one run folder. */
export type RunShownLine = z.output<typeof runShownLineSchema>
